package probe

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/internal/subprocess"
	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	mercy   = 2 * time.Second // how long a killed child may take to be gone; one that hangs in the kernel takes for ever
	maxLine = 1 << 20
	maxText = 2048 // bytes of a reason's words that are kept
)

// stages are those that a probe comes to.
var stages = []engine.Stage{engine.Requested, engine.Loaded, engine.Created, engine.Applied, engine.Verified}

// line is one of the child's sentences: a stage that the delegate reached, or at last its whole walk.
type line struct {
	Stage engine.Stage `json:"stage,omitempty"`
	Walk  *engine.Walk `json:"walk,omitempty"`
}

// order is what the child is told.
type order struct {
	Request
	Memory int64
}

// heard is what was heard of a child until its end.
type heard struct {
	delegate string // that was asked about
	walk     engine.Walk
	done     bool // walk is the child's own, whole
	err      error
	cmd      *exec.Cmd
	tail     subprocess.Tail
}

// ask runs a child and says how its delegate fared, whatever becomes of the child.
func (p *Prober) ask(ctx context.Context, r Request) engine.Walk {
	limit := p.limit(r.Plugin.Name)
	h := &heard{delegate: r.Plugin.Name, walk: engine.Walk{Delegate: r.Plugin.Name, Stage: engine.Requested}}
	orders, words, err := p.start(h)
	if err != nil {
		h.walk.Reason, h.walk.Text = engine.ReasonProbe, "start a process: "+err.Error()
		return h.walk
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		_ = json.NewEncoder(orders).Encode(order{r, p.cfg.Memory}) // a child that is gone is noticed below
		_ = orders.Close()
	}()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		h.listen(words)
		subprocess.KillGroup(h.cmd.Process.Pid) // what it started may still hold its error output
		<-told
		h.err = h.cmd.Wait()
	}()
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-gone:
		return h.verdict()
	case <-late.C:
	case <-ctx.Done():
	}
	subprocess.KillGroup(h.cmd.Process.Pid)
	stage := stageWhenKilled(gone, h)
	return engine.Walk{Delegate: r.Plugin.Name, Stage: stage, Reason: engine.ReasonHung, Text: fmt.Sprintf("no verdict within %s, %s", limit, after(stage))}
}

// stageWhenKilled waits for a killed child's end, but not for ever. What is heard of it may be read only then.
func stageWhenKilled(gone chan struct{}, h *heard) engine.Stage {
	t := time.NewTimer(mercy)
	defer t.Stop()
	select {
	case <-gone:
		return h.walk.Stage
	case <-t.C:
		return engine.Requested
	}
}

// start starts the child with a pipe to its standard input and one from its descriptor 3: libraries print where they
// like.
func (p *Prober) start(h *heard) (orders io.WriteCloser, words *os.File, err error) {
	subprocess.KeepFiles()
	words, hers, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	h.cmd = exec.Command(p.cfg.Command[0], p.cfg.Command[1:]...)
	if p.cfg.Program != "" {
		h.cmd.Path, h.cmd.Err = p.cfg.Program, nil
	}
	h.cmd.Env, h.cmd.Stderr = p.cfg.Env, &h.tail // in this folder: paths of libraries may be relative
	h.cmd.ExtraFiles = []*os.File{hers}
	h.cmd.SysProcAttr = subprocess.Attributes()
	h.cmd.WaitDelay = time.Second
	orders, err = h.cmd.StdinPipe()
	if err == nil {
		err = h.cmd.Start()
	}
	if err = errors.Join(err, hers.Close()); err != nil && h.cmd.Process == nil {
		return nil, nil, errors.Join(err, words.Close())
	}
	return orders, words, nil
}

// listen reads the child's lines until it closes the pipe, by its end at the latest.
func (h *heard) listen(words *os.File) {
	defer words.Close()
	lines := bufio.NewScanner(words)
	lines.Buffer(nil, maxLine)
	for !h.done && lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			continue // whatever a library writes there is not for us
		}
		if l.Walk != nil {
			h.walk, h.done = *l.Walk, true
		} else if slices.Contains(stages, l.Stage) {
			h.walk.Stage = l.Stage
		}
	}
}

// makesSense reports whether a walk is one that a probe can end with.
func makesSense(w engine.Walk, delegate string) bool {
	verified := w.Stage == engine.Verified && w.Parity != nil
	return w.Delegate == delegate && slices.Contains(stages, w.Stage) && verified == (w.Reason == "") && (verified || slices.Contains(engine.Reasons(), w.Reason))
}

// verdict reads the child's end when it said none itself.
func (h *heard) verdict() engine.Walk {
	w := h.walk
	if h.done && !makesSense(w, h.delegate) {
		return engine.Walk{Delegate: h.delegate, Stage: engine.Requested, Reason: engine.ReasonNoResult, Text: "the process gave an answer that makes no sense: the library damaged its memory"}
	}
	w.Text = w.Text[:min(len(w.Text), maxText)]
	if h.done {
		if said := h.tail.Words(); w.Reason != "" && said != "" && w.Reason != engine.ReasonWrongNumbers {
			w.Text += "; it printed: " + said
		}
		return w
	}
	w.Reason, w.Text = ended(h.cmd.ProcessState)
	w.Text += ", " + after(w.Stage)
	if said := h.tail.Words(); said != "" {
		w.Text += ": " + said
	}
	return w
}

// ended says how the process ended, as a reason and a clause.
func ended(state *os.ProcessState) (engine.Reason, string) {
	if state == nil {
		return engine.ReasonNoResult, "the process is gone"
	}
	status, ok := state.Sys().(syscall.WaitStatus)
	switch {
	case ok && status.Signaled() && status.Signal() == syscall.SIGILL:
		return engine.ReasonIllegal, "the library uses an instruction that this processor lacks"
	case ok && status.Signaled():
		return engine.ReasonCrashed, fmt.Sprintf("the process died of signal %d (%v)", int(status.Signal()), status.Signal())
	}
	return engine.ReasonNoResult, fmt.Sprintf("the process ended with code %d and without an answer", state.ExitCode())
}

// after is the step that was under way.
func after(s engine.Stage) string {
	switch s {
	case engine.Requested:
		return "while its library was loaded"
	case engine.Loaded:
		return "while it was created"
	case engine.Created:
		return "while it took the model"
	}
	return "while it ran"
}
