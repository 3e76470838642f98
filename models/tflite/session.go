package tflite

import (
	"errors"
	"fmt"
	"unsafe"

	binding "github.com/mattn/go-tflite"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Session is one loaded model. It implements engine.Session.
type Session struct {
	h       *handles
	inputs  []engine.Tensor
	outputs []engine.Tensor
	report  engine.Report
	cancel  cancellation
}

func newSession(h *handles, report engine.Report) (*Session, error) {
	s := &Session{h: h, report: report, cancel: cancellation{able: cancellable()}}
	for i := range h.interpreter.GetInputTensorCount() {
		t, err := view(h.interpreter.GetInputTensor(i))
		if err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
		s.inputs = append(s.inputs, t)
	}
	for i := range h.interpreter.GetOutputTensorCount() {
		t, err := view(h.interpreter.GetOutputTensor(i))
		if err != nil {
			return nil, fmt.Errorf("output %d: %w", i, err)
		}
		s.outputs = append(s.outputs, t)
	}
	if len(s.inputs) == 0 || len(s.outputs) == 0 {
		return nil, fmt.Errorf("%d inputs and %d outputs: want at least one of each", len(s.inputs), len(s.outputs))
	}
	return s, nil
}

// dtypes translates the library's tensor types; what is absent is not supported.
var dtypes = map[binding.TensorType]engine.DType{
	binding.Float32: engine.Float32, binding.Int32: engine.Int32, binding.UInt8: engine.Uint8,
	binding.Int64: engine.Int64, binding.Bool: engine.Bool, binding.Int16: engine.Int16, binding.Int8: engine.Int8,
	10: engine.Float16, 11: engine.Float64, // the binding's list stops at Int8
}

// view describes the library's tensor. Data is its memory, whose length is checked against type and shape.
func view(t *binding.Tensor) (engine.Tensor, error) {
	if t == nil {
		return engine.Tensor{}, errors.New("the library does not give it")
	}
	q := t.QuantizationParams()
	v := engine.Tensor{
		Name: t.Name(), Type: dtypes[t.Type()], Shape: t.Shape(),
		Quant: engine.Quant{Scale: float32(q.Scale), ZeroPoint: int32(q.ZeroPoint)},
	}
	if t.Type() == binding.String {
		return v, fmt.Errorf("tensor %q holds strings: not supported", v.Name)
	}
	if v.Type == engine.InvalidType {
		return v, fmt.Errorf("tensor %q has type %d: not supported", v.Name, int(t.Type()))
	}
	if v.Elements() == 0 {
		return v, fmt.Errorf("tensor %q has the empty shape %v", v.Name, v.Shape)
	}
	if t.Data() == nil {
		return v, fmt.Errorf("tensor %q has no memory before the first run: its shape is dynamic", v.Name)
	}
	v.Data = unsafe.Slice((*byte)(t.Data()), t.ByteSize())
	return v, v.Check()
}

// Inputs are views of the input tensors' memory, valid until Close; nil after it.
func (s *Session) Inputs() []engine.Tensor { return s.inputs }

// Outputs are views of the output tensors' memory, valid until Close; nil after it.
func (s *Session) Outputs() []engine.Tensor { return s.outputs }

// Report says where the operators run.
func (s *Session) Report() engine.Report { return s.report }

// Invoke runs the model once. It allocates nothing unless it fails; the error carries the library's own words.
func (s *Session) Invoke() error {
	if s.h == nil {
		return engine.ErrClosed
	}
	if status, ended := s.cancel.run(s.h.interpreter); status != binding.OK {
		return s.failed(ended)
	}
	return nil
}

// Close frees the session; views of its tensors must not be used any more. Calling it again does nothing.
func (s *Session) Close() error {
	if s.h != nil {
		s.h.close()
		s.h, s.inputs, s.outputs = nil, nil, nil
	}
	return nil
}
