package tflite

/*
#include "dunlin.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	binding "github.com/mattn/go-tflite"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// slack is zero bytes behind the model: an options field whose type Inspect does not know may claim to be as wide as
// this at the very end of the file.
const slack = 16

// Load checks the model's bytes and makes a session. It tries opts.Delegates in order and falls back to plain kernels;
// the session's Report says why. The error wraps engine.ErrModel when the bytes are the cause.
func (r *Runtime) Load(model []byte, opts engine.Options) (engine.Session, error) {
	s, err := r.load(model, opts)
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	return s, nil
}

func (r *Runtime) load(model []byte, opts engine.Options) (*Session, error) {
	if opts.Threads < 0 || opts.Threads > 64 {
		return nil, fmt.Errorf("%d threads: want 0 to 64", opts.Threads)
	}
	graph, err := inspect(model)
	if err == nil {
		err = errors.Join(graph.checkInputs(), graph.Check(r.version))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, engine.ErrModel)
	}
	padded := append(make([]byte, 0, len(model)+slack), model...)
	padded = padded[:len(model)+slack]
	var reasons []string
	for _, name := range preference(opts.Delegates) {
		s, err := r.attempt(padded, name, max(opts.Threads, 1))
		if err == nil {
			s.report.Reason = strings.Join(reasons, "; ")
			return s, nil
		}
		if name == plain {
			return nil, fmt.Errorf("%w: %w", err, engine.ErrModel)
		}
		reasons = append(reasons, fmt.Sprintf("%s: %v", name, err))
	}
	return nil, errors.New("no way to run was tried") // preference always ends with plain kernels
}

// attempt builds one session with one delegate. It stays on one thread because the C side finds the session's error log
// through a thread-local variable.
func (r *Runtime) attempt(model []byte, delegate string, threads int) (*Session, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	h := &handles{log: C.dunlin_log_new()}
	if h.log == nil {
		return nil, errors.New("no memory for an error log")
	}
	C.dunlin_log_use(h.log)
	defer C.dunlin_log_use(nil)
	s, err := r.build(h, model, delegate, threads)
	if err != nil {
		h.close()
		return nil, err
	}
	return s, nil
}

func (r *Runtime) build(h *handles, model []byte, delegate string, threads int) (*Session, error) {
	if h.model = binding.NewModel(model); h.model == nil {
		return nil, h.failure("read model")
	}
	if h.options = binding.NewInterpreterOptions(); h.options == nil {
		return nil, h.failure("make options")
	}
	h.options.SetNumThread(threads)
	if err := h.addDelegates(delegate, r.version, threads); err != nil {
		return nil, err
	}
	if h.interpreter = binding.NewInterpreter(h.model, h.options); h.interpreter == nil {
		return nil, h.failure("build interpreter")
	}
	if h.interpreter.AllocateTensors() != binding.OK {
		return nil, h.failure("allocate tensors")
	}
	report, err := h.report(delegate)
	if err != nil {
		return nil, err
	}
	return newSession(h, report)
}
