package reconcile_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/agent/reconcile"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// session answers as a version of a model that a test makes up: label, time it takes, what fails.
type session struct {
	in, out engine.Tensor
	answer  func(n int, out []float32) error
	n       int
	counted *sessions
}

func (s *session) Inputs() []engine.Tensor  { return []engine.Tensor{s.in} }
func (s *session) Outputs() []engine.Tensor { return []engine.Tensor{s.out} }
func (s *session) Report() engine.Report    { return engine.Report{Delegate: "none", Nodes: 1} }
func (s *session) Close() error             { s.counted.closed.Add(1); return nil }
func (s *session) Invoke() error {
	out, err := s.out.Float32s()
	if err != nil {
		return err
	}
	s.n++
	return s.answer(s.n, out)
}

// turns is a good version: the three labels win in turn.
func turns(n int, out []float32) error {
	clear(out)
	out[n%3] = 1
	return nil
}

// book keeps records and losses.
type book struct {
	mu     sync.Mutex
	events []wire.Event
	losses map[string]uint64
}

func (b *book) Append(s wire.Stream, _ time.Duration, record []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, err := wire.DecodeRecord(record)
	if e, ok := v.(wire.Event); ok && s == wire.Events && strings.HasPrefix(e.Name, "model_") {
		b.events = append(b.events, e)
	}
	return err
}

func (b *book) Count(owner, cause string, n uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.losses[owner+" "+cause] += n
}

// names are the events so far.
func (b *book) names() (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		out = append(out, strings.TrimPrefix(e.Name, "model_"))
	}
	return out
}

// last is the last event of a name.
func (b *book) last(name string) map[string]any {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := len(b.events) - 1; i >= 0; i-- {
		if b.events[i].Name == name {
			return b.events[i].Facts
		}
	}
	return nil
}

// device is one pipeline with its keeper on a real shelf; versions of the model are functions.
type device struct {
	t        *testing.T
	root     string
	shelf    *shelf.Shelf
	pipe     *pipeline.Pipeline
	keeper   *reconcile.Keeper
	book     *book
	versions map[string]func(int, []float32) error // by "1", "2"; nil does not open
	stop     context.CancelFunc
	done     sync.WaitGroup
	counted  *sessions
	cuts     bool                                  // from the next start on, every end is a power cut
	off      bool                                  // from the next start on, the pipeline is switched off
	slow     time.Duration                         // that the pipeline's own opener takes
	opening  time.Duration                         // that a version of the shelf takes to open
	wrap     func(reconcile.Slots) reconcile.Slots // from the next start on, a disk that may refuse; nil for none

	mu     sync.Mutex
	memory reconcile.Memory
	child  *uint64 // what the process of version 2 holds; nil when it has none
}

// sessions are counted as they are opened and closed, by whichever goroutine does it.
type sessions struct{ opened, closed atomic.Int64 }

// holds says what memory there is from now on.
func (d *device) holds(m reconcile.Memory, child ...uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.memory = m
	for _, bytes := range child {
		d.child = &bytes
	}
}

func (d *device) measured() reconcile.Memory {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.memory
}

// cutOff is a shelf that hears nothing of a stop: the power is gone.
type cutOff struct {
	*shelf.Shelf
	gone func() bool
}

func (cutOff) Pause(string) error { return nil }

// Tell fails once the power is gone, and so does what a stop in order would still do.
func (c cutOff) Tell(pipeline string, tell func(bool, map[string]any) error) error {
	if c.gone() {
		return nil
	}
	return c.Shelf.Tell(pipeline, tell)
}

// newDevice is switched on with the versions that it knows on the shelf; 1 is what the configuration names.
func newDevice(t *testing.T, versions map[string]func(int, []float32) error) *device {
	d := &device{t: t, root: t.TempDir(), book: &book{losses: map[string]uint64{}}, versions: versions, counted: &sessions{}}
	s, err := shelf.Open(d.root, d.config())
	if err != nil {
		t.Fatal(err)
	}
	for v := range versions {
		if v != "1" {
			if _, err := s.Import(t.Context(), "", bytes.NewReader(bundle(t, v))); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.start()
	return d
}

func (d *device) config() shelf.Config {
	return shelf.Config{Trust: func(context.Context, shelf.File) (bool, error) { return true, nil }}
}

// start is a boot: what is on the disk says what to do.
func (d *device) start() {
	var err error
	if d.shelf, err = shelf.Open(d.root, d.config()); err != nil {
		d.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	var slots reconcile.Slots = d.shelf
	if d.cuts {
		slots = cutOff{d.shelf, func() bool { return ctx.Err() != nil }}
	}
	if d.wrap != nil {
		slots = d.wrap(slots)
	}
	feed := pipeline.NewFeed(ticking{}, pipeline.FeedConfig{Name: "imu"})
	d.pipe = pipeline.New(pipeline.Config{Name: "activity", Model: "motions", Version: "1", Ledger: d.book, Off: d.off}, feed, func(ctx context.Context) (*pipeline.Model, error) {
		select {
		case <-ctx.Done():
		case <-time.After(d.slow):
		}
		folder := d.shelf.Uses("activity")[0]
		v, err := d.version(ctx, folder)
		if err == nil {
			d.keeper.Opened(folder, 10<<20)
		}
		return v.Model, err
	}, d.book)
	d.keeper = reconcile.New(reconcile.Config{Pipeline: "activity", Open: d.version, Memory: d.measured}, d.pipe, slots, d.book)
	d.done.Go(func() { _ = feed.Run(ctx) })
	d.done.Go(func() {
		for ctx.Err() == nil { // as the supervisor does
			_ = d.pipe.Run(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	})
	d.done.Go(func() {
		for err := d.keeper.Run(ctx); err != nil; err = d.keeper.Run(ctx) {
			if d.wrap == nil || ctx.Err() != nil {
				d.t.Errorf("keeper: %v", err)
				return
			}
			time.Sleep(time.Second) // as the supervisor does
		}
	})
	synctest.Wait()
}

// end stops everything; all sessions must be closed then.
func (d *device) end() {
	d.t.Helper()
	d.stop()
	d.done.Wait()
	if opened, closed := d.counted.opened.Load(), d.counted.closed.Load(); opened != closed {
		d.t.Errorf("%d sessions were opened, %d closed", opened, closed)
	}
}

func (d *device) version(_ context.Context, folder string) (reconcile.Version, error) {
	name := "1"
	if folder != "" {
		name, _, _ = strings.Cut(filepath.Base(folder), "-")
	}
	if folder != "" {
		time.Sleep(d.opening)
	}
	answer := d.versions[name]
	if answer == nil {
		return reconcile.Version{}, fmt.Errorf("verify motions@%s: golden vectors differ", name)
	}
	f, err := window.New(window.Config{Length: 10, Hop: 5, Channels: 1, Type: engine.Float32})
	if err != nil {
		return reconcile.Version{}, err
	}
	d.counted.opened.Add(1)
	trial := manifest.StandardTrial()
	trial.Minutes, trial.Windows = 0, 1000
	var s engine.Session = &session{in: engine.Of(make([]float32, 10), 1, 10, 1), out: engine.Of(make([]float32, 3), 1, 3), answer: answer, counted: d.counted}
	if d.child != nil && name == "2" {
		s = apart{s.(*session), d}
	}
	return reconcile.Version{Guards: pipeline.Guards{Trial: trial}, Model: &pipeline.Model{
		Name: "motions", Version: name, Labels: []string{"still", "walk", "run"}, Framer: f, Engine: "fake 1.0", Channels: 1, Length: 10, Hop: 5,
		Session: s,
	}}, nil
}

func (d *device) ask(version int) {
	d.t.Helper()
	if err := d.shelf.Activate(request(version)); err != nil {
		d.t.Fatal(err)
	}
	d.keeper.Wake()
	synctest.Wait()
}

// after lets time pass.
func (d *device) after(t time.Duration) {
	time.Sleep(t)
	synctest.Wait()
}

// ticking is a source of 1,000 samples a second, five at once: 200 windows.
type ticking struct{}

func (ticking) String() string { return "ticking" }
func (ticking) Run(ctx context.Context, emit func(hal.Block)) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	b := hal.Block{Period: time.Millisecond, Channels: 1, Values: make([]float32, 5)}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			emit(b)
			b.At += 5 * time.Millisecond
		}
	}
}

// bundle is the motions example under another version.
func bundle(t *testing.T, version string) []byte {
	t.Helper()
	files := fstest.MapFS{}
	dir := fixture.Path(t, "examples", "models", "motions", "1")
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) == manifest.File {
			data = bytes.Replace(data, []byte(`"version": 1`), []byte(`"version": `+version), 1)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	var buf bytes.Buffer
	if err := manifest.WriteZip(&buf, files); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func request(version int) shelf.Request {
	return shelf.Request{Pipeline: "activity", Base: "motions@1", Model: manifest.Ref{Name: "motions", Version: version}}
}
