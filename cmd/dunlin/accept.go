package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/evaluate"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/window"
)

// errNotAccepted is wrapped when a model does not reach on this machine what its bundle asks for.
var errNotAccepted = errors.New("not accepted on this machine")

// acceptance is how a version fared on this machine; report.json beside its files.
type acceptance struct {
	Model     string           `json:"model"`
	Digest    string           `json:"digest"`
	Time      time.Time        `json:"time"`
	Agent     string           `json:"agent"`
	Engine    string           `json:"engine"`   // "tflite 2.21.0"
	Delegate  string           `json:"delegate"` // that ran, "xnnpack"
	Delegated int              `json:"delegated"`
	Nodes     int              `json:"nodes"`
	Threads   int              `json:"threads"`          // of one inference
	Board     string           `json:"board"`            // as it calls itself; empty where it does not say
	Scores    string           `json:"scores,omitempty"` // what the first output was taken for; empty when the bundle has no set
	Passed    bool             `json:"passed"`
	Missed    []string         `json:"missed"` // a sentence for each bound
	Set       *evaluate.Report `json:"set"`    // of the acceptance set; null when the bundle has none

	Latency *evaluate.Latency `json:"latency"`
	Stress  []stressed        `json:"stress,omitempty"`
}

// acceptFolder is what the daemon asks before a version's trial begins: whether the session that it will use reaches the
// bundle's bounds here. The report is kept in the version's folder; a pass of the same way to run, on this board, is not
// repeated. A bundle without an acceptance set is accepted, and has no report. The session's tensors are overwritten.
// Load opens another session, for bounds on what only a fresh one shows.
func acceptFolder(ctx context.Context, folder string, b *manifest.Bundle, w way, s engine.Session, load func() (engine.Session, error)) (*acceptance, error) {
	if b.Acceptance.File == "" {
		return nil, nil
	}
	path := filepath.Join(folder, manifest.ReportFile)
	a := newAcceptance(b, w, s)
	if old, err := readAcceptance(path); err == nil && old.proves(a) {
		return old, nil
	}
	cases, err := b.OpenCases(os.DirFS(folder))
	if err != nil {
		return nil, err
	}
	err = a.run(ctx, b, cases, s)
	if err := errors.Join(err, cases.Close()); err != nil {
		return nil, err
	}
	if opening(b.Acceptance.Bounds) {
		again, err := evaluate.Measure(ctx, load, evaluate.Stream{Runs: 1, Time: 1})
		if err != nil {
			return nil, err
		}
		a.Latency.Init, a.Latency.First = again.Init, again.First
	}
	a.judge(b)
	return a, errors.Join(a.verdict(), a.save(path))
}

// opening reports whether a bound is on a time that only a fresh session has.
func opening(bounds []manifest.Bound) bool {
	for _, b := range bounds {
		if b.Metric == "latency_init_ms" || b.Metric == "latency_first_ms" {
			return true
		}
	}
	return false
}

// way is how a model is run, beside what its session says of itself.
type way struct {
	engine  string // "tflite 2.21.0"
	threads int    // zero means 1
}

func newAcceptance(b *manifest.Bundle, w way, s engine.Session) *acceptance {
	r := s.Report()
	return &acceptance{
		Model: b.Ref().String(), Digest: b.Digest, Time: time.Now().UTC(), Agent: version, Engine: w.engine,
		Delegate: r.Delegate, Delegated: r.Delegated, Nodes: r.Nodes, Threads: max(w.threads, 1),
		Board: board.New(board.Config{}).Model(), Missed: []string{},
	}
}

// proves reports whether a kept report is a pass of the same model on the same way to run it, measured by the same agent on
// the same board: a disk may be moved to another. Fewer runs than the set has, as a command line may ask for, tell too
// little of latency.
func (a *acceptance) proves(b *acceptance) bool {
	same := a.Agent == b.Agent && a.Digest == b.Digest && a.Engine == b.Engine && a.Delegate == b.Delegate && a.Delegated == b.Delegated &&
		a.Threads == b.Threads && a.Board == b.Board
	return same && a.Passed && a.Set != nil && a.Latency != nil && a.Latency.Runs >= a.Set.N
}

// run puts the acceptance set through preprocessing and the session, as a pipeline does.
func (a *acceptance) run(ctx context.Context, b *manifest.Bundle, cases *manifest.Cases, s engine.Session) error {
	framer, err := window.New(b.Framing())
	if err == nil {
		err = framer.Fits(s.Inputs()[0])
	}
	if err != nil {
		return fmt.Errorf("accept %s: %w", b.Ref(), err)
	}
	defer endWith(ctx, s)()
	var all []evaluate.Prediction
	var took []time.Duration
	var c manifest.Case
	for {
		err := cases.Next(&c)
		if errors.Is(err, io.EOF) {
			break
		}
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return fmt.Errorf("accept %s: %w", b.Ref(), err)
		}
		framer.Push(engine.Of(c.Window, b.Window.Length, b.Source.Values()), true)
		if !framer.Next(s.Inputs()[0]) {
			return fmt.Errorf("accept %s: case %d: preprocessing makes a value that is no number: %w", b.Ref(), len(all), errNotAccepted)
		}
		began := time.Now()
		if err := s.Invoke(); err != nil {
			return fmt.Errorf("accept %s: case %d: %w", b.Ref(), len(all), err)
		}
		took = append(took, time.Since(began))
		scores, err := scoresOf(s.Outputs()[0])
		if err != nil {
			return fmt.Errorf("accept %s: case %d: %w: %w", b.Ref(), len(all), err, errNotAccepted)
		}
		all = append(all, evaluate.Prediction{Truth: c.Label, Scores: scores, Slice: c.Slice})
	}
	a.Scores = probabilities(all, b.Outputs[0].Scores)
	if a.Set, err = evaluate.Evaluate(all, b.Labels); err != nil {
		return fmt.Errorf("accept %s: %w", b.Ref(), err)
	}
	a.Latency = evaluate.LatencyOf(0, took)
	return nil
}

// scoresOf are the values of an output, all finite.
func scoresOf(out engine.Tensor) ([]float64, error) {
	scores := make([]float64, out.Elements())
	for i := range scores {
		v, err := manifest.RealAt(out, i)
		if err != nil {
			return nil, err
		}
		if v-v != 0 { // NaN or infinite
			return nil, fmt.Errorf("output %d is %v", i, v)
		}
		scores[i] = v
	}
	return scores, nil
}

// judge holds the report against the bundle's bounds.
func (a *acceptance) judge(b *manifest.Bundle) {
	if a.Set != nil {
		judged := *a.Set
		judged.Latency = a.Latency
		bounds := make([]evaluate.Bound, len(b.Acceptance.Bounds))
		for i, bound := range b.Acceptance.Bounds {
			bounds[i] = evaluate.Bound(bound)
		}
		a.Missed = append(a.Missed, judged.Check(bounds)...)
	}
	for _, s := range a.Stress {
		if !s.Passed {
			a.Missed = append(a.Missed, s.What+": "+s.Found)
		}
	}
	a.Passed = len(a.Missed) == 0
}

// verdict is nil for a model that reaches everything.
func (a *acceptance) verdict() error {
	if a.Passed {
		return nil
	}
	return fmt.Errorf("model %s on %s %s: %s: %w", a.Model, a.Engine, a.Delegate, a.missedText(), errNotAccepted)
}

func (a *acceptance) missedText() string {
	told := a.Missed
	if len(told) > mostMissed {
		told = append(told[:mostMissed:mostMissed], fmt.Sprintf("and %d more", len(a.Missed)-mostMissed))
	}
	return strings.Join(told, "; ")
}

// mostMissed are the missed bounds that one sentence names; the report has all.
const mostMissed = 3

// facts are the headline of the acceptance.
func (a *acceptance) facts() map[string]any {
	return map[string]any{
		"engine":         a.Engine + " " + a.Delegate,
		"acceptance":     fmt.Sprintf("accuracy %s, balanced accuracy %s, log loss %s", metricText(a.Set.Accuracy), metricText(a.Set.BalancedAccuracy), metricText(a.Set.LogLoss)),
		"latency_p50_ns": a.Latency.P50.Nanoseconds(), "latency_p99_ns": a.Latency.P99.Nanoseconds(),
	}
}

func (a *acceptance) save(path string) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("keep report of %s: %w", a.Model, err)
	}
	if err := atomicfile.Write(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("keep report of %s: %w", a.Model, err)
	}
	return nil
}

// readAcceptance reads a report that was kept.
func readAcceptance(path string) (*acceptance, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	a := &acceptance{}
	if err := json.Unmarshal(text, a); err != nil {
		return nil, fmt.Errorf("read report %q: %w", path, err)
	}
	return a, nil
}

// reportBeside is where the report of the bundle at path is kept: in its folder, or beside its file.
func reportBeside(path string) string {
	if file, ok := strings.CutSuffix(path, manifest.Suffix); ok {
		return file + "." + manifest.ReportFile
	}
	return filepath.Join(path, manifest.ReportFile)
}

// unwritable reports whether a report could not be kept because the place is not ours to write.
func unwritable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}
