package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// demoFlags are what `dunlin demo` was told.
type demoFlags struct {
	hub        string
	recordings string
	models     string
	runtime    string
	http       string
	seconds    int
	asJSON     bool
}

func (a *app) demoCommand() *cobra.Command {
	var f demoFlags
	c := a.command(&cobra.Command{
		Use: "demo", Short: "Replay recordings through a model to a hub on this machine, with a live page",
		Long: "Start a hub on loopback and an agent beside it, replay recordings of a smart watch in real time, decide every half\n" +
			"second what the wrist is doing, and show the decisions here and on the hub's page. Ctrl-C ends it with a summary.\n" +
			"The model is packed as a bundle, signed with keys that are made on the spot, and imported, as in the field.\n" +
			"Everything is kept in a temporary folder and removed at the end.",
	})
	fl := c.Flags()
	fl.StringVar(&f.hub, "hub", "", "the dunlin-hub `program`; default: beside this one, then the PATH")
	fl.StringVar(&f.recordings, "recordings", "testdata/recordings", "`folder` of CSV recordings")
	fl.StringVar(&f.models, "models", "examples/models", "`folder` that holds motions/1")
	fl.StringVar(&f.runtime, "runtime", "", "the TensorFlow Lite `library`; default: $DUNLIN_TFLITE, then the known folders")
	fl.StringVar(&f.http, "http", "", "`host:port` of the page; default: 127.0.0.1:8470, or any free port when that is taken")
	fl.IntVar(&f.seconds, "seconds", 0, "end after so many seconds; 0 means at Ctrl-C")
	fl.BoolVar(&f.asJSON, "json", false, "print the summary as one line of JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if f.seconds < 0 {
			return withCode(exitUsage, fmt.Errorf("--seconds %d is negative; 0 means until Ctrl-C", f.seconds))
		}
		return a.demo(c.Context(), f)
	}
	return c
}

// demoSummary is what the demo proves.
type demoSummary struct {
	score
	Seconds   float64 `json:"seconds"`
	Delivered uint64  `json:"delivered"` // records of every stream that are in the hub's database
	Gaps      uint64  `json:"gaps"`
	Waiting   uint64  `json:"waiting"`
	Verified  bool    `json:"verified"`
	Page      string  `json:"page"`
}

func (a *app) demo(ctx context.Context, f demoFlags) (err error) {
	dir, err := os.MkdirTemp("", "dunlin-demo-")
	if err != nil {
		return fmt.Errorf("make demo folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	h, err := startHub(ctx, f.hub, f.http, filepath.Join(dir, "hub"), a.err)
	if errors.Is(err, context.Canceled) {
		a.say("stopped before the hub was ready")
		return nil
	}
	if err != nil {
		return err
	}
	defer h.kill()
	s, err := a.demoAgent(ctx, f, dir, h)
	if errors.Is(err, context.Canceled) {
		a.say("stopped before the agent was ready")
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.stop(); err != nil {
		return err
	}
	if err := h.verify(&s); err != nil {
		return err
	}
	return a.demoEnd(f, s)
}

// demoAgent runs the agent until the time is up or the user has seen enough, and sends what is left.
func (a *app) demoAgent(ctx context.Context, f demoFlags, dir string, h *demoHub) (demoSummary, error) {
	stage := newStage(a, h.Page)
	d, err := a.demoDevice(ctx, f, dir, h, stage)
	if err != nil {
		return demoSummary{}, err
	}
	stage.view.begin()
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- d.run(work) }()
	if err := d.play(ctx, ended, limit(f.seconds)); err != nil {
		return demoSummary{}, err
	}
	left, drainErr := d.drain(work)
	stop()
	if err := errors.Join(drainErr, <-ended); err != nil {
		return demoSummary{}, err
	}
	return demoSummary{score: stage.tally.score(), Seconds: stage.elapsed().Seconds(), Page: h.Page, Waiting: left}, nil
}

// demoDevice is an agent whose model was packed, signed with a key made on the spot, believed and imported.
func (a *app) demoDevice(ctx context.Context, f demoFlags, dir string, h *demoHub, stage *stage) (*daemon, error) {
	path, err := writeDemoConfig(f, dir, h.MQTT)
	if err != nil {
		return nil, err
	}
	cfg, err := loadConfig(path)
	if err != nil {
		return nil, err
	}
	owner := &demoOwner{hub: h.bin, dir: dir, repo: filepath.Join(dir, "releases")}
	bundle, err := owner.offer(ctx, filepath.Join(f.models, "motions", "1"))
	if err != nil {
		return nil, err
	}
	if err := owner.enrol(ctx, cfg); err != nil {
		return nil, err
	}
	d, err := newDaemon(cfg, stage.deps(a.deps()))
	if err != nil {
		return nil, err
	}
	if err := d.take(ctx, bundle); err != nil {
		return nil, errors.Join(err, d.outbox.close())
	}
	a.say("model motions@1 is packed, signed with a key made on the spot, and imported")
	return d, nil
}

// play lets the agent run until the user or the clock ends it. An agent that cannot work ends it at once: a demo
// without decisions proves nothing.
func (a *daemon) play(ctx context.Context, ended <-chan error, limit <-chan time.Time) error {
	settling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	settled := make(chan error, 1)
	go func() { settled <- a.settle(settling) }()
	for {
		select {
		case err := <-ended:
			return errors.Join(err, errors.New("the agent ended by itself"))
		case err := <-settled:
			if err != nil {
				return err
			}
			settled = nil
		case <-ctx.Done():
			return nil
		case <-limit:
			return nil
		}
	}
}

// settle waits until sources and pipelines have begun, and returns why one of them cannot.
func (a *daemon) settle(ctx context.Context) error {
	for _, stage := range []string{"sources", "pipelines"} {
		if err := a.supervisor.WaitSettled(ctx, stage); err != nil {
			return nil // the demo was over first
		}
	}
	st := a.Status()
	for _, s := range st.Sources {
		if s.Reason != "" {
			return withCode(exitAbsent, fmt.Errorf("source %s is %v: %s", s.Name, s.State, s.Reason))
		}
	}
	for _, p := range st.Pipelines {
		if p.Reason != "" {
			return withCode(exitAbsent, fmt.Errorf("pipeline %s is %v: %s", p.Name, p.State, p.Reason))
		}
	}
	return nil
}

// limit fires after so many seconds; never for zero.
func limit(seconds int) <-chan time.Time {
	if seconds <= 0 {
		return nil
	}
	return time.After(time.Duration(seconds) * time.Second)
}

// drainTime is how long the hub may take for what is left.
const drainTime = 5 * time.Second

// drain switches the pipelines off and waits until the hub has acknowledged everything. It returns how many records
// the hub has not acknowledged when the time is up.
func (a *daemon) drain(ctx context.Context) (left uint64, err error) {
	for _, name := range a.pipelineNames() {
		if err := a.SetPipeline(ctx, name, false); err != nil {
			return 0, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		if err := a.outbox.spool.Flush(ctx); err != nil && ctx.Err() == nil {
			return 0, err
		}
		if left = a.waiting(); left == 0 {
			tick.Stop()
			return 0, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return left, nil
		}
	}
}

func (a *daemon) waiting() (n uint64) {
	for _, st := range a.Status().Streams {
		n += st.Waiting
	}
	return n
}

func (a *app) demoEnd(f demoFlags, s demoSummary) error {
	if s.Waiting > 0 {
		return fmt.Errorf("%d records were not acknowledged within %s; the hub's words above may say why", s.Waiting, drainTime)
	}
	if f.asJSON {
		return json.NewEncoder(a.out).Encode(s)
	}
	fmt.Fprintf(a.out, "\ndecisions  %d in %.0f s\n", s.Decisions, s.Seconds)
	if s.Of > 0 {
		fmt.Fprintf(a.out, "accuracy   %.3f: %d of %d %s as their labels say\n", s.Accuracy, s.Right, s.Of, s.Unit)
	}
	fmt.Fprintf(a.out, "delivered  %d records in the hub's database, %d gaps, %d waiting\n", s.Delivered, s.Gaps, s.Waiting)
	fmt.Fprintln(a.out, "verified   every record exactly once, every gap with a cause")
	a.say("next: docs/first-model.md runs a model on your own data")
	return nil
}
