package probe_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/onnx"
	"github.com/dunlin-iot/dunlin/models/probe"
	"github.com/dunlin-iot/dunlin/models/tflite"
	"github.com/dunlin-iot/dunlin/models/tflite/tflitetest"
)

// TestMain lets a copy of the test program be the child.
func TestMain(m *testing.M) {
	if !slices.Contains(os.Args, "probe") {
		goleak.VerifyTestMain(m)
		return
	}
	if err := probe.Serve(os.Stdin, open); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func open(name string) (engine.Engine, error) {
	switch name {
	case "tflite":
		return tflite.Open(tflite.Config{})
	case "onnx":
		return onnx.Open(onnx.Config{})
	case "mixed":
		return mixed{}, nil
	}
	return nil, fmt.Errorf("engine %q: %w", name, engine.ErrRuntime)
}

// kit is a prober with the plug-in that fails where its options say, and a model with its recorded runs.
type kit struct {
	*probe.Prober
	library string
	bundle  *manifest.Bundle
	version string
}

func newKit(t testing.TB, cfg probe.Config) *kit {
	t.Helper()
	if os.Getenv(tflite.EnvLibrary) == "" {
		t.Setenv(tflite.EnvLibrary, fixture.Runtime(t))
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Command = []string{exe, "probe"}
	p, err := probe.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	so, err := tflitetest.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b, err := manifest.Open(os.DirFS(fixture.Path(t, "examples", "models", "motions", "1")))
	if err != nil {
		t.Fatal(err)
	}
	return &kit{Prober: p, library: so, bundle: b, version: "2.21.0"}
}

// plugin is the fault plug-in with options: key, value and so on.
func (k *kit) plugin(kv ...string) engine.Plugin {
	p := engine.Plugin{Name: "fault", Library: k.library, Options: map[string]string{}}
	for i := 0; i < len(kv); i += 2 {
		p.Options[kv[i]] = kv[i+1]
	}
	return p
}

func (k *kit) request(p engine.Plugin) probe.Request {
	r := probe.Request{
		Engine: "tflite", Version: k.version, Plugin: p, CPU: []string{"xnnpack"}, Model: k.bundle.Model,
		Tolerance: k.bundle.GoldenSet.ToleranceSteps,
	}
	for _, g := range k.bundle.Golden {
		r.Vectors = append(r.Vectors, probe.Vector(g))
	}
	return r
}

func (k *kit) run(t testing.TB, r probe.Request) engine.Walk {
	t.Helper()
	w, err := k.Run(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(w)
	return w
}
