package spool_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestTraffic runs everything at once: two writers, the committing goroutine, a reader that acknowledges, a looker.
func TestTraffic(t *testing.T) {
	s := open(t, quickDir(t), spool.Config{Every: time.Millisecond, Quiet: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var tasks sync.WaitGroup
	tasks.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	const each = 3000
	for _, st := range []wire.Stream{wire.Results, wire.Metrics} {
		tasks.Go(func() {
			for n := range uint64(each) {
				if err := s.Append(st, 0, record(n+1, 40)); err != nil {
					t.Error(err)
				}
				s.Count("source/x", "y", 1)
			}
		})
	}
	got := uint64(0)
	for got < each {
		<-s.Changed()
		s.Stats()
		got += readAll(t, s, got)
	}
	cancel()
	tasks.Wait()
	if total := s.Ledger()[0].Total; total != 2*each {
		t.Errorf("counted %d of %d", total, 2*each)
	}
}

// readAll reads and acknowledges the results that are there, each exactly once and in order.
func readAll(t *testing.T, s *spool.Spool, after uint64) (n uint64) {
	t.Helper()
	for _, b := range drain(t, s, wire.Results, wire.Limit{Records: 100}) {
		for i, num := range b.Numbers() {
			if num != after+n+1 || b.Records[i].Data[7] != byte(num) {
				t.Fatalf("number %d after %d", num, after+n)
			}
			n++
		}
		if err := s.Ack(wire.Results, wire.Ack{Epoch: b.Epoch, Life: b.Life, UpTo: b.Last()}); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// TestAppendAllocatesNothing: the sample path ends here.
func TestAppendAllocatesNothing(t *testing.T) {
	s := open(t, quickDir(t), config())
	p := make([]byte, 16)
	group := func() {
		for range 200 {
			if err := s.Append(wire.Results, time.Second, p); err != nil {
				t.Fatal(err)
			}
			s.Count("source/imu", "ring_overrun", 1)
		}
	}
	for range 4 { // both buffers grow to the size of two groups: AllocsPerRun warms up with one
		group()
		group()
		flush(t, s)
	}
	if n := testing.AllocsPerRun(1, group); n != 0 {
		t.Errorf("%v allocations in 200 appends", n)
	}
}

func TestAppendAfterClose(t *testing.T) {
	s := open(t, quickDir(t), config())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(wire.Results, 0, nil); !errors.Is(err, spool.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// TestTroubleOfTheDisk: after a failed sync nobody knows what is on the disk; a full disk is a whole one.
func TestTroubleOfTheDisk(t *testing.T) {
	write := func(n syscall.Errno) error { return &fs.PathError{Op: "write", Path: "spool.db", Err: n} }
	for _, c := range []struct {
		what    string
		err     error
		passing bool
	}{
		{"full while writing", write(syscall.ENOSPC), true},
		{"over quota", write(syscall.EDQUOT), true},
		{"read-only", write(syscall.EROFS), true},
		{"full while growing", fmt.Errorf("file resize error: %s", write(syscall.ENOSPC)), true},
		{"broken while writing", write(syscall.EIO), false},
		{"failed sync", syscall.EIO, false},
		{"failed sync of a full disk", syscall.ENOSPC, false},
		{"failed sync while growing", fmt.Errorf("file sync error: %s", write(syscall.ENOSPC)), false},
		{"anything else", errors.New("surprise"), false},
	} {
		if got := spool.IsPassing(fmt.Errorf("commit: %w", c.err)); got != c.passing {
			t.Errorf("%s: passing is %v", c.what, got)
		}
	}
}
