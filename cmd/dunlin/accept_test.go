package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/evaluate"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// unpacked packs the example's bundle, after a change of its spec, and lays its files down as the shelf does.
func unpacked(t *testing.T, change ...string) string {
	t.Helper()
	base := fixture.Path(t, "examples", "motions")
	spec, err := os.ReadFile(filepath.Join(base, "pack.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(append([]string{"../models", fixture.Path(t, "examples", "models"), "../../testdata", fixture.Path(t, "testdata")}, change...)...).Replace(string(spec))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DUNLIN_TFLITE", fixture.Runtime(t))
	var said bytes.Buffer
	file := filepath.Join(dir, "motions-2.dunlin")
	if code := newApp(nil, &said, &said).run(t.Context(), []string{"models", "pack", filepath.Join(dir, "pack.yaml"), "--out", file, "--models", dir}); code != exitOK {
		t.Fatalf("pack: exit code %d\n%s", code, said.String())
	}
	disk, err := manifest.OpenDisk(file)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "2-0123456789ab")
	if err := errors.Join(os.CopyFS(folder, disk), disk.Close()); err != nil {
		t.Fatal(err)
	}
	return folder
}

// accept asks as the daemon does.
func accept(t *testing.T, ctx context.Context, folder string, opts engine.Options) error {
	t.Helper()
	lib := &library{path: fixture.Runtime(t), getenv: os.Getenv}
	b, err := openBundle(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	s, _, err := lib.session(t.Context(), b.Bundle, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rt, err := lib.runtime(b.Engine.Name)
	if err != nil {
		t.Fatal(err)
	}
	_, err = acceptFolder(ctx, folder, b.Bundle, way{rt.Name() + " " + rt.Version(), opts.Threads}, s, func() (engine.Session, error) { return rt.Load(b.Model, opts) })
	return err
}

// TestAcceptFolder: a pass is kept and believed, for the same runtime and delegate only.
func TestAcceptFolder(t *testing.T) {
	folder := unpacked(t, "latency_p99_ms, max: 250", "latency_init_ms, max: 60000")
	report := filepath.Join(folder, manifest.ReportFile)
	if err := accept(t, t.Context(), folder, engine.Options{}); err != nil {
		t.Fatal(err)
	}
	a, err := readAcceptance(report)
	if err != nil || !a.Passed || a.Model != "motions@2" || a.Delegate != "xnnpack" || a.Set.N != 80 || a.Set.Accuracy.Value != 1 {
		t.Fatalf("report: %+v, %v", a, err)
	}
	if a.Latency.Init <= 0 || a.Latency.Runs != 80 {
		t.Errorf("latency: %+v", a.Latency)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := accept(t, over, folder, engine.Options{}); err != nil {
		t.Errorf("the same again was run anew: %v", err)
	}
	if err := accept(t, over, folder, engine.Options{Delegates: []string{"none"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("a pass on another delegate was believed: %v", err)
	}
	if err := accept(t, over, folder, engine.Options{Threads: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("a pass with another number of threads was believed: %v", err)
	}
	if _, err := openBundle(folder); err != nil {
		t.Errorf("the report disturbs the bundle: %v", err)
	}
	whole, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	for part, is := range map[string]any{ // as a damaged disk, a hand, another agent, another board, or models test --runs 1 leaves it
		"set": nil, "latency": nil, "agent": nil, "board": "the one before", "latency ": map[string]any{"runs": 1},
	} {
		other := map[string]any{}
		err := json.Unmarshal(whole, &other)
		other[strings.TrimSpace(part)] = is
		text, merr := json.Marshal(other)
		if err := errors.Join(err, merr, os.WriteFile(report, text, 0o600)); err != nil {
			t.Fatal(err)
		}
		if err := accept(t, over, folder, engine.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("a report with %s %v was believed: %v", part, is, err)
		}
	}
}

// TestAcceptFolderRefuses: a bound that is missed is one sentence, and asked again it is measured again.
func TestAcceptFolderRefuses(t *testing.T) {
	folder := unpacked(t, "accuracy, min: 0.95", "accuracy, min: 0.96")
	for range 2 {
		err := accept(t, t.Context(), folder, engine.Options{})
		if want := "accuracy is 1, at least 0.9542 with 95 % certainty, less than 0.96"; !errors.Is(err, errNotAccepted) || !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v\nwant %s", err, want)
		}
	}
	if a, err := readAcceptance(filepath.Join(folder, manifest.ReportFile)); err != nil || a.Passed || len(a.Missed) != 1 {
		t.Errorf("report: %+v, %v", a, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "acceptance.cbor"), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openBundle(folder); !errors.Is(err, manifest.ErrDigest) {
		t.Errorf("another set: %v", err)
	}
}

// TestAcceptWithoutSet: a bundle that asks for nothing is accepted, and no report is made up.
func TestAcceptWithoutSet(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(fixture.Path(t, "examples", "models", "motions", "1"))); err != nil {
		t.Fatal(err)
	}
	if err := accept(t, t.Context(), folder, engine.Options{}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(folder, manifest.ReportFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a report: %v", err)
	}
}

// TestProbabilities: shares that sum to one, by division or by softmax; by which, the manifest says, or the whole set.
func TestProbabilities(t *testing.T) {
	for name, tc := range map[string]struct {
		stated, taken string
		in, want      [][]float64
	}{
		"probabilities":         {"", "probabilities", [][]float64{{0.25, 0.75}}, [][]float64{{0.25, 0.75}}},
		"quantisation lost":     {"", "probabilities", [][]float64{{0.2, 0.6}}, [][]float64{{0.25, 0.75}}},
		"guessed":               {"", "guessed logits", [][]float64{{-1.0986123, 0}}, [][]float64{{0.25, 0.75}}}, // ln(1/3)
		"nothing":               {"", "probabilities", [][]float64{{0, 0}}, [][]float64{{0.5, 0.5}}},
		"stated":                {"logits", "logits", [][]float64{{2, 3.0986123}, {-1.0986123, 0}}, [][]float64{{0.25, 0.75}, {0.25, 0.75}}},
		"below zero, as stated": {"probabilities", "probabilities", [][]float64{{-0.004, 0.5, 0.5}}, [][]float64{{0, 0.5, 0.5}}},
		"some logits above zero": {
			"", "guessed logits", [][]float64{{-1.0986123, 0}, {3, 3 + 1.0986123}, {2, 2}}, [][]float64{{0.25, 0.75}, {0.25, 0.75}, {0.5, 0.5}},
		},
	} {
		var all []evaluate.Prediction
		for _, scores := range tc.in {
			all = append(all, evaluate.Prediction{Scores: scores})
		}
		if taken := probabilities(all, tc.stated); taken != tc.taken {
			t.Errorf("%s: taken for %s", name, taken)
		}
		for k, p := range all {
			for i, v := range p.Scores {
				if d := v - tc.want[k][i]; !(d < 1e-6 && d > -1e-6) {
					t.Errorf("%s: got %v, want %v", name, p.Scores, tc.want[k])
				}
			}
		}
	}
	inf := float32(1e38)
	if _, err := scoresOf(engine.Of([]float32{1, inf * 10})); err == nil {
		t.Error("an infinite score is one")
	}
}

// TestReportOfRoot belongs to whoever has the folder: the daemon's shelf holds nothing of root's.
func TestReportOfRoot(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		if err := os.Chown(dir, 54321, 54321); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	if err := newApp(nil, &said, &said).keepReport(&acceptance{Model: "motions@2"}, dir, ""); err != nil {
		t.Fatal(err)
	}
	want, err := ownerOf(dir)
	got, gerr := ownerOf(filepath.Join(dir, manifest.ReportFile))
	if err != nil || gerr != nil || got != want {
		t.Errorf("the report belongs to %d, its folder to %d, %v, %v", got, want, err, gerr)
	}
}

// records is a recorder that keeps what it is given.
type records [][]byte

func (r *records) Append(_ wire.Stream, _ time.Duration, record []byte) error {
	*r = append(*r, record)
	return nil
}

// TestReportGoesUp: what lies in report.json goes up whole, passed or not; of one that is too long, the longest lists stay.
func TestReportGoesUp(t *testing.T) {
	for passed, bound := range map[string]string{"yes": "accuracy, min: 0.95", "no": "accuracy, min: 0.99"} {
		folder := unpacked(t, "accuracy, min: 0.95", bound)
		if err := accept(t, t.Context(), folder, engine.Options{}); (err == nil) != (passed == "yes") {
			t.Fatal(err)
		}
		a, err := readAcceptance(filepath.Join(folder, manifest.ReportFile))
		if err != nil {
			t.Fatal(err)
		}
		facts, sent := told(t, a)
		if facts["model"] != "motions@2" || facts["pipeline"] != "activity" || facts["passed"] != passed {
			t.Errorf("told: %v", facts)
		}
		if missed, _ := facts["missed"].(string); (missed == "") != (passed == "yes") {
			t.Errorf("missed: %q", missed)
		}
		kept, err := os.ReadFile(filepath.Join(folder, manifest.ReportFile))
		var want, got any
		if err := errors.Join(err, json.Unmarshal(kept, &want), json.Unmarshal([]byte(sent), &got)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(want, got) {
			t.Errorf("kept:\n%v\nsent:\n%v", want, got)
		}
		a.Set.Confusion = make(evaluate.Confusion, 200)
		for i := range a.Set.Confusion {
			a.Set.Confusion[i] = make([]int, 200)
		}
		if _, sent = told(t, a); !strings.HasSuffix(sent, `"left_out":["confusion"]}`) || !strings.Contains(sent, `"label":"walking"`) {
			t.Errorf("too long: %s", sent)
		}
	}
}

// told has a report told, and gives the facts and the document of the record.
func told(t *testing.T, a *acceptance) (map[string]any, string) {
	t.Helper()
	var rec records
	s := &stock{deps: deps{clock: clock.System{}, log: slog.New(slog.DiscardHandler)}, rec: &rec}
	s.tell(&line{name: "activity"}, a)
	if len(rec) != 1 {
		t.Fatalf("%d records", len(rec))
	}
	v, err := wire.DecodeRecord(rec[0])
	e, ok := v.(wire.Event)
	if !ok || err != nil || e.Name != wire.EventModelMeasured {
		t.Fatalf("%v, %v", v, err)
	}
	return wire.DetachDocument(e.Facts)
}
