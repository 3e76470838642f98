// Command delegates counts how many ways for an accelerator to fail end in the right reason while its model goes on
// deciding. It prints one JSON line.
//
// A plug-in that fails where its options say is built with the C compiler. For each of ten ways a preference of the
// plug-in and the CPU is proved as the daemon does it, in a process of its own; then the model is loaded with what came
// out and decides its golden vectors within the tolerance of its manifest. It runs in the repository's root folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/internal/solib"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/probe"
	"github.com/dunlin-iot/dunlin/models/tflite"
	"github.com/dunlin-iot/dunlin/models/tflite/tflitetest"
)

const model = "examples/models/motions/1"

// ways are the ways to fail, with what must come of them. One that takes a part of the operators is no failure: it is
// active, listed first as it is.
var ways = []struct {
	name    string
	options map[string]string
	reason  engine.Reason
}{
	{"create", map[string]string{"mode": "fail", "at": "create"}, engine.ReasonCreate},
	{"prepare", map[string]string{"mode": "fail", "at": "prepare"}, engine.ReasonPrepare},
	{"invoke", map[string]string{"mode": "fail", "at": "invoke"}, engine.ReasonInvoke},
	{"partial", map[string]string{"mode": "partial"}, ""},
	{"none", map[string]string{"mode": "none"}, engine.ReasonNoNodes},
	{"wrong numbers", map[string]string{"mode": "wrong"}, engine.ReasonWrongNumbers},
	{"slow", map[string]string{"mode": "slow"}, engine.ReasonSlower},
	{"abort", map[string]string{"mode": "abort"}, engine.ReasonCrashed},
	{"hang", map[string]string{"mode": "hang"}, engine.ReasonHung},
	{"SIGILL", map[string]string{"mode": "illegal"}, engine.ReasonIllegal},
}

func main() {
	flag.Parse()
	if flag.Arg(0) == "probe" {
		fail(probe.Serve(os.Stdin, func(string) (engine.Engine, error) { return open() }))
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fail(run(ctx))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "delegates:", err)
		os.Exit(1)
	}
}

func open() (*tflite.Runtime, error) {
	return tflite.Open(tflite.Config{Dirs: append(solib.DefaultDirs(), "build/runtime/linux-"+runtime.GOARCH)})
}

// bench is what every way is tried with.
type bench struct {
	prober  *probe.Prober
	runtime *tflite.Runtime
	bundle  *manifest.Bundle
	library string
}

func run(ctx context.Context) error {
	b, clean, err := prepare()
	if err != nil {
		return err
	}
	defer clean()
	right := 0
	for _, w := range ways {
		err := b.try(ctx, w.options, w.reason)
		if err == nil {
			right++
			continue
		}
		fmt.Fprintf(os.Stderr, "delegates: %s: %v\n", w.name, err)
	}
	return report.Print(os.Stdout, report.Line{
		Figure: "ways for an accelerator to fail that end in the right reason while decisions go on",
		Target: fmt.Sprintf("%d of %d", len(ways), len(ways)), Result: fmt.Sprintf("%d of %d", right, len(ways)), OK: report.Met(right == len(ways)),
	})
}

func prepare() (b *bench, clean func(), err error) {
	b = &bench{}
	if b.runtime, err = open(); err != nil {
		return nil, nil, err
	}
	if b.bundle, err = manifest.Open(os.DirFS(model)); err != nil {
		return nil, nil, err
	}
	exe, err := os.Executable()
	if err == nil {
		err = os.Setenv(tflite.EnvLibrary, b.runtime.Path()) // the child works in another folder
	}
	if err != nil {
		return nil, nil, err
	}
	if b.prober, err = probe.New(probe.Config{Command: []string{exe, "probe"}, Limit: 10 * time.Second}); err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "dunlin-delegates-")
	if err != nil {
		return nil, nil, err
	}
	clean = func() { _ = os.RemoveAll(dir) }
	if b.library, err = tflitetest.Build(dir); err != nil {
		clean()
		return nil, nil, err
	}
	b.library, err = filepath.Abs(b.library)
	return b, clean, err
}

// try proves the plug-in, loads the model with what came out and has it decide.
func (b *bench) try(ctx context.Context, options map[string]string, want engine.Reason) error {
	plugin := engine.Plugin{Name: "fault", Library: b.library, Options: options}
	w := probe.Wish{
		Engine: "tflite", Version: b.runtime.Version(), Model: b.bundle.Model, Tolerance: b.bundle.GoldenSet.ToleranceSteps, OnCPU: tflite.OnCPU,
		Options: engine.Options{Delegates: []string{"fault", "xnnpack"}, AsListed: want != engine.ReasonSlower},
		Find:    func(string) (engine.Plugin, error) { return plugin, nil },
	}
	for _, g := range b.bundle.Golden {
		w.Vectors = append(w.Vectors, probe.Vector(g))
	}
	opts, walks, err := b.prober.Choose(ctx, w)
	if err != nil {
		return err
	}
	if len(walks) != 1 || walks[0].Reason != want {
		return fmt.Errorf("it ends as %v, want reason %q", walks, want)
	}
	s, err := b.runtime.Load(b.bundle.Model, opts)
	if err != nil {
		return err
	}
	r, err := b.bundle.Verify(s)
	if err == nil && r.Vectors != len(b.bundle.Golden) {
		err = fmt.Errorf("%d vectors were decided, want %d", r.Vectors, len(b.bundle.Golden))
	}
	return errors.Join(err, s.Close())
}
