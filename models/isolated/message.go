package isolated

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	maxMessage = 1 << 20
	maxTensors = 1 << 30 // bytes of all tensors of a model
)

// request is the parent's first message.
type request struct {
	Engine    string
	Describe  bool // only name and version are wanted
	Model     int64
	Threads   int
	Delegates []string
	Plugins   []engine.Plugin
	Tried     []engine.Walk
	Memory    int64
}

// answer is the child's only message.
type answer struct {
	Version         string
	Report          engine.Report
	Inputs, Outputs []form

	Error string // empty when all is well
	Kind  string // which sentinel Error wraps: see kinds
}

// ready is the parent's second message: the shared memory has its size.
type ready struct {
	Bytes int
	Call  uint32 // number of the last call before this child
}

// form is a tensor without its memory.
type form struct {
	Name      string
	Type      engine.DType
	Shape     []int
	Scale     float32
	ZeroPoint int32
}

var kinds = map[string]error{"model": engine.ErrModel, "runtime": engine.ErrRuntime}

func refuse(err error) answer {
	a := answer{Error: err.Error()}
	for kind, is := range kinds {
		if errors.Is(err, is) {
			a.Kind = kind
		}
	}
	return a
}

// childError is what a child said; it wraps the sentinel that the child's error wrapped.
type childError struct {
	text string
	is   error
}

func (e *childError) Error() string { return e.text }
func (e *childError) Unwrap() error { return e.is }

func (a *answer) err() error {
	if a.Error == "" {
		return nil
	}
	return &childError{a.Error, kinds[a.Kind]}
}

// brief cuts words of a child to what a person reads: they stand in every status.
func brief(text string) string { return strings.ToValidUTF8(text[:min(len(text), textBytes)], "") }

func formsOf(tensors []engine.Tensor) (forms []form) {
	for _, t := range tensors {
		forms = append(forms, form{Name: t.Name, Type: t.Type, Shape: t.Shape, Scale: t.Quant.Scale, ZeroPoint: t.Quant.ZeroPoint})
	}
	return forms
}

// size is the number of bytes of a tensor; a child that was damaged may claim anything.
func (f form) size() (int, error) {
	n := f.Type.Size()
	for _, d := range f.Shape {
		if d <= 0 || n > maxTensors/d {
			return 0, fmt.Errorf("tensor %q has the shape %v", f.Name, f.Shape)
		}
		n *= d
	}
	if n == 0 {
		return 0, fmt.Errorf("tensor %q has the type %v", f.Name, f.Type)
	}
	return n, nil
}

func sameForms(a, b []form) bool {
	return slices.EqualFunc(a, b, func(x, y form) bool {
		return x.Name == y.Name && x.Type == y.Type && x.Scale == y.Scale && x.ZeroPoint == y.ZeroPoint && slices.Equal(x.Shape, y.Shape)
	})
}

// send writes a message: its length in four bytes, then JSON.
func send(w io.Writer, message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if len(text) > maxMessage {
		return fmt.Errorf("a message of %d bytes", len(text))
	}
	_, err = w.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), text...))
	return err
}

func receive(r io.Reader, message any) error {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(length[:])
	if n > maxMessage {
		return fmt.Errorf("a message of %d bytes", n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return err
	}
	return json.Unmarshal(text, message)
}
