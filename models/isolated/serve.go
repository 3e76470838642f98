package isolated

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/dunlin-iot/dunlin/internal/subprocess"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// The descriptors of a child, in the order of exec.Cmd.ExtraFiles.
const (
	requestsFD = 3 + iota
	answersFD
	modelFD
	tensorsFD
)

// Serve is the child's whole life: it answers the parent that started this process, and exits with it. open opens an
// engine by its name. Serve returns only when it cannot begin, or when the parent had nothing more to ask.
func Serve(open func(name string) (engine.Engine, error)) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if !isPipe(requestsFD) || !isPipe(answersFD) {
		return errors.New("serve isolated model: only a parent can start this")
	}
	requests, err := inherited(requestsFD, "requests")
	if err != nil {
		return fmt.Errorf("serve isolated model: %w", err)
	}
	answers, err := inherited(answersFD, "answers")
	if err != nil {
		return fmt.Errorf("serve isolated model: %w", err)
	}
	var r request
	if err := receive(requests, &r); err != nil {
		return fmt.Errorf("serve isolated model: read request: %w", err)
	}
	if err := subprocess.Settle(r.Memory); err != nil {
		return errors.Join(send(answers, refuse(err)), err)
	}
	e, err := open(r.Engine)
	if err != nil {
		return send(answers, refuse(err))
	}
	if r.Describe {
		return send(answers, answer{Version: e.Version()})
	}
	subprocess.DieAsTold()
	return load(e, &r, requests, answers)
}

// load opens the model and says what it is.
func load(e engine.Engine, r *request, requests, answers *os.File) error {
	s, err := loadModel(e, r)
	if err != nil {
		return send(answers, refuse(err))
	}
	a := answer{Version: e.Version(), Report: s.Report(), Inputs: formsOf(s.Inputs()), Outputs: formsOf(s.Outputs())}
	if err := send(answers, a); err != nil {
		return err
	}
	var begin ready
	if err := receive(requests, &begin); err != nil {
		return err // the parent has changed its mind, or is gone
	}
	places, _, err := layout(a.Inputs, a.Outputs)
	if err != nil {
		return err
	}
	tensors, err := inherited(tensorsFD, "tensors")
	if err != nil {
		return err
	}
	memory, err := mapShared(tensors, begin.Bytes, true)
	if err != nil {
		return err
	}
	p := newPage(memory, places, a.Inputs, a.Outputs)
	go func() {
		_, _ = io.Copy(io.Discard, requests) // ends with the parent
		_ = answers.Close()                  // open until here: its end is how the parent learns of ours
		os.Exit(0)
	}()
	work(p, s, begin.Call)
	return nil
}

func loadModel(e engine.Engine, r *request) (engine.Session, error) {
	var model []byte
	if r.Model > 0 {
		file, err := inherited(modelFD, "model")
		if err != nil {
			return nil, err
		}
		if model, err = mapShared(file, int(r.Model), false); err != nil {
			return nil, err
		}
		defer func() { _ = unmap(model) }() // the engine has its own copy
	}
	return e.Load(model, engine.Options{Threads: r.Threads, Delegates: r.Delegates, Plugins: r.Plugins, Tried: r.Tried})
}

// work answers calls until the process ends.
func work(p *page, s engine.Session, last uint32) {
	inputs, outputs := s.Inputs(), s.Outputs()
	for {
		last = p.next(last)
		for i, t := range inputs {
			copy(t.Data, p.inputs[i].Data)
		}
		err := s.Invoke()
		for i, t := range outputs {
			copy(p.outputs[i].Data, t.Data)
		}
		p.answer(last, err)
	}
}
