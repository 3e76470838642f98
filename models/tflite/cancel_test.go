package tflite_test

import (
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// TestCancel: a call that takes seconds ends with the operator that it is in, and the session runs on.
func TestCancel(t *testing.T) {
	s := load(t, open(t), chain(1000, 500), "none").(canceller)
	if err := s.Cancel(); err != nil {
		t.Errorf("cancel without a call: %v", err)
	}
	for range 2 { // the second would begin with a wish that the first had left
		done := make(chan error, 1)
		go func() { done <- s.Invoke() }()
		if err := cancelUntil(t, s, done); !errors.Is(err, engine.ErrLost) {
			t.Fatalf("a cancelled call says %v", err)
		}
	}
}

type canceller interface {
	engine.Session
	Cancel() error
}

// cancelUntil cancels what runs until the call has ended: the first wish may come before it has begun.
func cancelUntil(t *testing.T, s canceller, done <-chan error) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			if err := s.Cancel(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestCancelAtAnyMoment: whenever a wish comes, it ends the call of its time or none.
func TestCancelAtAnyMoment(t *testing.T) {
	s := load(t, open(t), chain(4, 8), "none").(canceller)
	stop := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if err := s.Cancel(); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	ended := 0
	for range 20000 {
		if err := s.Invoke(); errors.Is(err, engine.ErrLost) {
			ended++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	others.Wait()
	t.Logf("%d of 20000 calls were ended", ended)
	if ended == 0 {
		t.Error("no call was ended")
	}
	for range 3 {
		if err := s.Invoke(); err != nil {
			t.Errorf("a call that nobody cancelled: %v", err)
		}
	}
}

// chain is a model of n operators BATCH_MATMUL, each of which squares the matrix of float32 that the one before it made.
func chain(n, side int) []byte {
	const product = 126 // BuiltinOperator of schema.fbs
	var tensors, operators []any
	for i := range n + 1 {
		tensors = append(tensors, table{ints{1, int32(side), int32(side)}, byte(0), uint32(0), "t"})
		if i < n {
			operators = append(operators, table{uint32(0), ints{int32(i), int32(i)}, ints{int32(i + 1)}})
		}
	}
	graph := table{tensors, ints{0}, ints{int32(n)}, operators, "main"}
	code := table{byte(product), nil, uint32(1), uint32(product)}
	f := &flat{append(make([]byte, 4), "TFL3"...)}
	f.refer(0, table{uint32(3), []any{code}, []any{graph}, "made by a test", []any{table{}}})
	return f.b
}

// table is a table of a FlatBuffers file, its fields in order; nil for one that is not there.
type table []any
type ints []int32

// flat writes a FlatBuffers file front to back: a reference always points to what comes later.
type flat struct{ b []byte }

func (f *flat) word(v int) { f.b = binary.LittleEndian.AppendUint32(f.b, uint32(v)) }

// refer writes v and lets the word at place point there.
func (f *flat) refer(place int, v any) {
	for len(f.b)%4 != 0 {
		f.b = append(f.b, 0)
	}
	back := 0
	if t, ok := v.(table); ok {
		back = f.fields(t)
	}
	binary.LittleEndian.PutUint32(f.b[place:], uint32(len(f.b)-place))
	switch v := v.(type) {
	case table:
		f.word(back)
		f.values(v)
	case []any:
		f.word(len(v))
		f.values(v)
	case ints:
		f.word(len(v))
		for _, n := range v {
			f.word(int(n))
		}
	case string:
		f.word(len(v))
		f.b = append(append(f.b, v...), 0)
	}
}

// fields writes what says where a table has its fields, each four bytes wide, and returns its length.
func (f *flat) fields(t table) int {
	began := len(f.b)
	f.b = binary.LittleEndian.AppendUint16(f.b, uint16(4+2*len(t)))
	f.b = binary.LittleEndian.AppendUint16(f.b, uint16(4+4*len(t)))
	for i, v := range t {
		at := 4 + 4*i
		if v == nil {
			at = 0
		}
		f.b = binary.LittleEndian.AppendUint16(f.b, uint16(at))
	}
	for len(f.b)%4 != 0 {
		f.b = append(f.b, 0)
	}
	return len(f.b) - began
}

// values writes numbers, and references to everything else behind them.
func (f *flat) values(list []any) {
	began := len(f.b)
	for _, v := range list {
		switch v := v.(type) {
		case uint32:
			f.word(int(v))
		case byte:
			f.word(int(v))
		default:
			f.word(0)
		}
	}
	for i, v := range list {
		switch v.(type) {
		case uint32, byte, nil:
		default:
			f.refer(began+4*i, v)
		}
	}
}
