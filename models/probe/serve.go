package probe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/internal/subprocess"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// wordsFD is the descriptor that the parent listens to.
const wordsFD = 3

// Serve is the child's whole life: it reads an order from in, says how the delegate fares, and ends. open opens an
// engine by its name.
func Serve(in io.Reader, open func(name string) (engine.Engine, error)) error {
	runtime.LockOSThread() // drivers of graphics want one thread for everything
	defer runtime.UnlockOSThread()
	out := os.NewFile(wordsFD, "words")
	if _, err := out.Stat(); err != nil {
		return fmt.Errorf("serve probe: only a parent can start this: %w", err)
	}
	defer out.Close()
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("serve probe: only a parent can start this: read order: %w", err)
	}
	if err := subprocess.Settle(o.Memory); err != nil {
		return fmt.Errorf("serve probe: %w", err)
	}
	subprocess.KeepFiles()
	say := func(l line) error {
		text, err := json.Marshal(l)
		if err == nil {
			_, err = out.Write(append(text, '\n'))
		}
		return err
	}
	e, err := open(o.Engine)
	if err != nil {
		return say(line{Walk: &engine.Walk{Delegate: o.Plugin.Name, Stage: engine.Requested, Reason: engine.ReasonProbe, Text: err.Error()}})
	}
	subprocess.DieAsTold()
	w := work(e, o.Request, func(s engine.Stage) { _ = say(line{Stage: s}) }) // a parent that is gone has killed us
	return say(line{Walk: &w})
}

// work walks with the delegate as far as it comes.
func work(e engine.Engine, r Request, reach func(engine.Stage)) engine.Walk {
	word := r.Plugin.Name
	opts := engine.Options{Threads: r.Threads, Delegates: slices.Concat([]string{word}, r.Behind, r.CPU), OnStage: func(d string, s engine.Stage) {
		if d == word && s != engine.Active { // which is not for a probe to say
			reach(s)
		}
	}}
	if r.Plugin.Library != "" || len(r.Plugin.Options) > 0 {
		opts.Plugins = []engine.Plugin{r.Plugin}
	}
	s, err := e.Load(r.Model, opts)
	if err != nil {
		return engine.Walk{Delegate: word, Stage: engine.Requested, Reason: engine.ReasonProbe, Text: err.Error()}
	}
	w := walkOf(s.Report(), word)
	if w.Reason == "" {
		w = prove(e, r, s, w)
	}
	if err := s.Close(); err != nil && w.Reason == "" {
		w.Reason, w.Text = engine.ReasonInvoke, "close: "+err.Error()
	}
	return w
}

// walkOf is the word's walk in a report, as far as engine.Applied. An engine that tells no walks has a word and a reason.
func walkOf(r engine.Report, word string) engine.Walk {
	w := engine.Walk{Delegate: word, Stage: engine.Applied, Nodes: r.Nodes, Delegated: r.Delegated, Parts: r.Parts}
	for _, walk := range r.Walks {
		if walk.Delegate == word {
			if walk.Stage == engine.Active {
				walk.Stage = engine.Applied
			}
			return walk
		}
	}
	if r.Delegate != word && !strings.HasPrefix(r.Delegate, word+"+") {
		w = engine.Walk{Delegate: word, Stage: engine.Requested, Reason: engine.ReasonCreate, Text: r.Reason}
	}
	return w
}

// prove compares the delegate's session with the CPU's.
func prove(e engine.Engine, r Request, s engine.Session, w engine.Walk) engine.Walk {
	refuse := func(reason engine.Reason, text string) engine.Walk {
		w.Reason, w.Text = reason, text
		return w
	}
	plain, fast := cpuSessions(e, r)
	defer closeAll(plain, fast)
	c := newComparison(r.Tolerance)
	p, err := c.run(s, plain, fast, r.Vectors)
	w.Parity = p
	if err != nil {
		w.Parity = nil
		return refuse(engine.ReasonInvoke, err.Error())
	}
	if err := measure(p, s, fast); err != nil {
		return refuse(engine.ReasonInvoke, err.Error())
	}
	if text := c.judge(p); text != "" {
		return refuse(engine.ReasonWrongNumbers, text)
	}
	w.Stage = engine.Verified
	return w
}

// cpuSessions are the reference on plain kernels and the fastest CPU way; nil where the CPU cannot run the model.
func cpuSessions(e engine.Engine, r Request) (plain, fast engine.Session) {
	plain, err := e.Load(r.Model, engine.Options{Threads: r.Threads, Delegates: []string{"none"}})
	if err != nil {
		return nil, nil // made for an accelerator: its recorded answers are the reference
	}
	if fast, err = e.Load(r.Model, engine.Options{Threads: r.Threads, Delegates: r.CPU}); err != nil {
		return plain, nil
	}
	return plain, fast
}

func closeAll(sessions ...engine.Session) {
	for _, s := range sessions {
		if s != nil {
			_ = s.Close() // the process ends in a moment
		}
	}
}

var errNoInput = errors.New("the model takes no recorded input")
