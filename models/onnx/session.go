package onnx

/*
#cgo noescape dunlin_session_run
#cgo nocallback dunlin_session_run
#include "ort.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Session is one loaded model. It implements engine.Session.
type Session struct {
	h       *C.dunlin_session
	inputs  []engine.Tensor
	outputs []engine.Tensor
	report  engine.Report

	mu     sync.Mutex // guards h against Close while another goroutine cancels
	cancel bool       // Cancel was called since the last Invoke began
}

func newSession(h *C.dunlin_session, graph *Graph) (*Session, error) {
	if int(h.input_count) != len(graph.Inputs) || int(h.output_count) != len(graph.Outputs) {
		return nil, fmt.Errorf("the library finds %d inputs and %d outputs, the file has %d and %d",
			int(h.input_count), int(h.output_count), len(graph.Inputs), len(graph.Outputs))
	}
	s := &Session{h: h}
	var err error
	if s.inputs, err = bindInputs(h, graph); err != nil {
		return nil, err
	}
	s.outputs, err = bindOutputs(h, graph)
	return s, err
}

// Inputs are views of the input tensors' memory, valid until Close; nil after it.
func (s *Session) Inputs() []engine.Tensor { return s.inputs }

// Outputs are views of the output tensors' memory, valid until Close; nil after it.
func (s *Session) Outputs() []engine.Tensor { return s.outputs }

// Report says which provider runs how many of the nodes, by the library's own account.
func (s *Session) Report() engine.Report { return s.report }

// Invoke runs the model once. It allocates nothing on the Go heap unless it fails; the error carries the library's own
// words.
func (s *Session) Invoke() error {
	if s.h == nil {
		return engine.ErrClosed
	}
	if C.dunlin_session_run(s.h) != 0 {
		return s.failure("invoke")
	}
	return nil
}

// failure is what the library said. A cancelled session is made ready for another try.
func (s *Session) failure(step string) error {
	err := errors.New(step + ": " + words(&s.h.why[0]))
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.cancel {
		return err
	}
	s.cancel = false
	err = fmt.Errorf("%w: %w", err, engine.ErrLost)
	if C.dunlin_session_resume(s.h) != 0 {
		err = errors.New(step + ": " + words(&s.h.why[0]))
	}
	return err
}

// Cancel makes the Invoke that another goroutine is in end with an error after the operator that it is at; with none
// running, the next one ends that way. The error wraps engine.ErrLost; the session
// may be used again.
func (s *Session) Cancel() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.h == nil {
		return engine.ErrClosed
	}
	if C.dunlin_session_cancel(s.h) != 0 {
		return errors.New("cancel: the library refuses")
	}
	s.cancel = true
	return nil
}

// Close frees the session; views of its tensors must not be used any more. Calling it again does nothing.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.h != nil {
		C.dunlin_session_free(s.h)
		s.h, s.inputs, s.outputs = nil, nil, nil
	}
	return nil
}

// dtypes translates ONNX's element types; what is absent is not supported.
var dtypes = map[int]engine.DType{
	1: engine.Float32, 2: engine.Uint8, 3: engine.Int8, 5: engine.Int16, 6: engine.Int32, 7: engine.Int64,
	9: engine.Bool, 10: engine.Float16, 11: engine.Float64,
}

// bind gives tensor i memory for a fixed form and describes it.
func bind(h *C.dunlin_session, i int, edge Edge, form *C.dunlin_form) (engine.Tensor, error) {
	t := engine.Tensor{Name: edge.Name, Type: dtypes[int(form._type)], Quant: edge.Quant, Shape: []int{}}
	for d := range int(form.rank) {
		t.Shape = append(t.Shape, int(form.dims[d]))
	}
	size, err := within(t)
	if err != nil {
		return t, err
	}
	if C.dunlin_session_bind(h, C.size_t(i), form, C.size_t(size)) != 0 {
		return t, errors.New(words(&h.why[0]))
	}
	memory := unsafe.Slice(h.memory, int(h.input_count+h.output_count))
	t.Data = unsafe.Slice((*byte)(memory[i]), size)
	return t, t.Check()
}
