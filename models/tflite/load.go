package tflite

/*
#include "dunlin.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"

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
	list := preference(opts.Delegates)
	var walks []engine.Walk
	for i, word := range list {
		a := &attempt{
			walker: walker{engine.Walk{Delegate: word, Stage: engine.Requested}, opts.OnStage},
			stack:  stack(list, i), plugins: opts.Plugins, threads: max(opts.Threads, 1), version: r.version, board: r.board,
		}
		a.reach(engine.Requested)
		s, err := a.run(padded)
		if err == nil {
			a.reach(engine.Active)
			s.report.Walks = engine.Told(opts.Tried, append(walks, a.Walk))
			s.report.Reason = engine.Reasoned(s.report.Walks)
			return s, nil
		}
		if word == plain {
			return nil, unusable(err, walks)
		}
		walks = append(walks, a.end(err))
	}
	return nil, errors.New("no way to run was tried") // preference always ends with plain kernels
}

// attempt is one way to run the model.
type attempt struct {
	walker
	stack   []string
	plugins []engine.Plugin
	threads int
	version Version
	board   board
}

// end closes the walk of an attempt that came to nothing.
func (a *attempt) end(err error) engine.Walk {
	a.Reason, a.Text = engine.ReasonPrepare, err.Error()
	if f := (*engine.Fault)(nil); errors.As(err, &f) {
		a.Reason, a.Text = f.Reason, f.Text
	}
	return a.Walk
}

// run builds one session. It stays on one thread because the C side finds the session's error log through a
// thread-local variable.
func (a *attempt) run(model []byte) (*Session, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	h := &handles{log: C.dunlin_log_new()}
	if h.log == nil {
		return nil, errors.New("no memory for an error log")
	}
	C.dunlin_log_use(h.log)
	defer C.dunlin_log_use(nil)
	s, err := a.build(h, model)
	if err != nil {
		h.close()
		return nil, err
	}
	return s, nil
}

func (a *attempt) build(h *handles, model []byte) (*Session, error) {
	if h.model = binding.NewModel(model); h.model == nil {
		return nil, h.failure("read model")
	}
	if h.options = binding.NewInterpreterOptions(); h.options == nil {
		return nil, h.failure("make options")
	}
	h.options.SetNumThread(a.threads)
	if err := h.addDelegates(a.stack, a); err != nil {
		return nil, err
	}
	if h.interpreter = binding.NewInterpreter(h.model, h.options); h.interpreter == nil {
		return nil, a.refused(h.failure("build interpreter"))
	}
	if h.interpreter.AllocateTensors() != binding.OK {
		return nil, a.refused(h.failure("allocate tensors"))
	}
	report, err := h.report(&a.walker)
	if err != nil {
		return nil, err
	}
	a.reach(engine.Applied)
	return newSession(h, report)
}

// refused is the error of a delegate that does not take the model; of plain kernels it is the model's fault.
func (a *attempt) refused(err error) error {
	if OnCPU(a.Delegate) {
		return err
	}
	return a.blame(engine.FindPreset(a.Delegate), engine.ReasonPrepare, err.Error())
}

// unusable is the error of a model that not even plain kernels run, with what was said about delegates before.
func unusable(err error, walks []engine.Walk) error {
	if len(walks) == 0 {
		return fmt.Errorf("%w: %w", err, engine.ErrModel)
	}
	return fmt.Errorf("%w (before that, %s): %w", err, engine.Reasoned(walks), engine.ErrModel)
}
