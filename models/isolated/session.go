package isolated

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/internal/timelimit"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// Session is a model in a child. It implements engine.Session: its tensors live until Close, whatever becomes of the
// child.
type Session struct {
	cfg    *Config
	model  *os.File // the bytes, sealed
	shared *os.File // the tensors
	bytes  int      // of the model
	opts   engine.Options
	forms  [2][]form
	page   *page // nil when closed
	report engine.Report
	limit  *timelimit.Limit
	warm   bool // this child has answered a call
	fall   fall

	mu    sync.Mutex // guards child against Cancel
	child *child     // nil when there is none
}

func newSession(cfg *Config, model []byte, opts engine.Options) (_ *Session, err error) {
	s := &Session{cfg: cfg, bytes: len(model), opts: opts, limit: timelimit.New(timelimit.Config{Fixed: cfg.Limit, First: cfg.Start})}
	s.fall.plan(opts.Delegates)
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.model, err = newMemory("dunlin-model"); err != nil {
		return nil, err
	}
	if _, err = s.model.Write(model); err != nil {
		return nil, err
	}
	if err = sealAll(s.model); err != nil {
		return nil, err
	}
	if s.shared, err = newMemory("dunlin-tensors"); err != nil {
		return nil, err
	}
	return s, s.start()
}

// ask starts a child, sends it a request and returns its answer.
func ask(cfg *Config, r request, model, tensors *os.File) (*child, answer, error) {
	c, err := start(cfg, model, tensors)
	if err != nil {
		return nil, answer{}, fmt.Errorf("start process: %w", err)
	}
	sent := send(c.requests, r) // a child that died has a better reason than the broken pipe
	a, err := c.await(cfg.Start)
	if err != nil || sent != nil {
		c.end()
		return nil, a, errors.Join(err, sent)
	}
	return c, a, nil
}

// start makes a child that works on the session's memory, which the first child gives its size.
func (s *Session) start() error {
	r := request{
		Engine: s.cfg.Engine, Model: int64(s.bytes), Threads: s.opts.Threads, Delegates: s.opts.Delegates, Plugins: s.opts.Plugins,
		Tried:  s.opts.Tried,
		Memory: s.cfg.Memory,
	}
	c, a, err := ask(s.cfg, r, s.model, s.shared)
	if err != nil {
		return err
	}
	if err = s.adopt(c, &a); err != nil {
		c.end()
		return err
	}
	s.warm = false
	s.report = a.Report
	s.report.Reason = s.fall.explain(brief(a.Report.Reason))
	for i := range s.report.Walks {
		s.report.Walks[i].Text = brief(s.report.Walks[i].Text)
	}
	s.mu.Lock()
	s.child = c
	s.mu.Unlock()
	return nil
}

func (s *Session) adopt(c *child, a *answer) error {
	if s.page == nil {
		if err := s.allocate(a); err != nil {
			return err
		}
	} else if !sameForms(s.forms[0], a.Inputs) || !sameForms(s.forms[1], a.Outputs) {
		return errors.New("the model's tensors are others than before")
	}
	begin := ready{Bytes: len(s.page.memory), Call: s.page.renew()}
	c.serves(s.page)
	return send(c.requests, begin)
}

func (s *Session) allocate(a *answer) error {
	places, size, err := layout(a.Inputs, a.Outputs)
	if err != nil {
		return err
	}
	if err := s.shared.Truncate(int64(size)); err != nil {
		return fmt.Errorf("size shared memory: %w", err)
	}
	if err := sealSize(s.shared); err != nil {
		return err
	}
	memory, err := mapShared(s.shared, size, true)
	if err != nil {
		return err
	}
	s.forms = [2][]form{a.Inputs, a.Outputs}
	s.page = newPage(memory, places, a.Inputs, a.Outputs)
	return nil
}

// Inputs are views of the shared memory, valid until Close; nil after it.
func (s *Session) Inputs() []engine.Tensor {
	if s.page == nil {
		return nil
	}
	return s.page.inputs
}

// Outputs are views of the shared memory, valid until Close; nil after it.
func (s *Session) Outputs() []engine.Tensor {
	if s.page == nil {
		return nil
	}
	return s.page.outputs
}

// Report says where the operators run, and which ways the session has given up.
func (s *Session) Report() engine.Report { return s.report }

// Invoke runs the model once, in the child. It starts another child when the last one fell, which takes as long as Load;
// while the pause before that lasts, it returns at once. The error wraps engine.ErrLost when there was no answer.
func (s *Session) Invoke() error {
	if s.page == nil {
		return engine.ErrClosed
	}
	if s.child == nil {
		if err := s.revive(); err != nil {
			return err
		}
	}
	limit := s.callLimit()
	began := time.Now()
	end := s.page.invoke(limit)
	if end != answered {
		return s.fell(end, limit)
	}
	if s.warm {
		s.limit.Add(time.Since(began))
	}
	s.warm = true
	return s.page.err()
}

// callLimit is how long the child may take for the next call; its first may compile the model.
func (s *Session) callLimit() time.Duration {
	if s.warm {
		return s.limit.Now()
	}
	return max(s.limit.Now(), s.cfg.Start)
}

// Limit is how long the next Invoke may take at most, with the start of a child and the end of one.
func (s *Session) Limit() time.Duration {
	if s.child == nil {
		return s.cfg.Start + mercy + max(s.limit.Now(), s.cfg.Start) + mercy
	}
	return s.callLimit() + mercy
}

// Pause is how long Invoke will go on to say no before it starts another child.
func (s *Session) Pause() time.Duration {
	if s.child != nil {
		return 0
	}
	return max(time.Until(s.fall.until), 0)
}

// Cancel ends the Invoke that another goroutine is in, and the child with it: nothing else ends every call.
func (s *Session) Cancel() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child != nil {
		s.child.kill(true)
	}
	return nil
}

// Resident is the memory of the child; engine.Apart.
func (s *Session) Resident() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child == nil {
		return 0
	}
	return s.child.resident()
}

// take hands the child over to whoever ends it.
func (s *Session) take() *child {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.child
	s.child = nil
	return c
}

// fell ends what is left of the child, and says why it fell.
func (s *Session) fell(end outcome, limit time.Duration) error {
	c := s.take()
	c.end()
	why := fmt.Errorf("no answer within %s: the process was killed", limit.Round(time.Millisecond))
	if end == gone {
		why = c.err
	}
	return s.note(why, time.Since(c.born) >= s.cfg.Calm)
}

// note counts a fall and gives up a way that fell too often.
func (s *Session) note(why error, calm bool) error {
	if calm {
		s.fall.row, s.fall.here = 0, 0
	}
	pause := s.fall.count(why, s.cfg.Pause, s.cfg.LongPause)
	if way, ok := s.fall.change(); ok {
		s.opts.Delegates = way
	}
	s.cfg.Logger.Warn("isolated model fell", "reason", why, "row", s.fall.row, "pause", pause)
	return fmt.Errorf("invoke: %w: %w", why, engine.ErrLost)
}

// revive starts another child when the pause is over.
func (s *Session) revive() error {
	if left := time.Until(s.fall.until); left > 0 {
		return fmt.Errorf("invoke: next start in %s: %w: %w", left.Round(time.Millisecond), s.fall.why, engine.ErrLost)
	}
	if err := s.start(); err != nil {
		return s.note(fmt.Errorf("start again: %w", err), false)
	}
	s.cfg.Logger.Info("isolated model runs again", "report", s.report.String())
	return nil
}

// Close ends the child and frees the session's memory. Calling it again does nothing.
func (s *Session) Close() error {
	if c := s.take(); c != nil {
		c.end()
	}
	var errs []error
	if s.page != nil {
		errs = append(errs, unmap(s.page.memory))
		s.page = nil
	}
	for _, f := range []**os.File{&s.model, &s.shared} {
		if *f != nil {
			errs = append(errs, (*f).Close())
			*f = nil
		}
	}
	return errors.Join(errs...)
}
