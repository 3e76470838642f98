package arm64_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/probe"
)

// A maker's own library on a machine without its device: Mesa's delegate as Debian builds it, in the agent's probe.
func TestTeflonFindsNoDevice(t *testing.T) {
	root := filepath.Join(fixture.Root(), "build", "guest", "teflon")
	if _, err := os.Stat(root); err != nil {
		t.Fatalf("%v: run go run ./cross/guest -teflon", err)
	}
	library := filepath.Join(root, "usr", "lib", "teflon", "libteflon.so")
	folders := []string{filepath.Join(root, "usr", "lib", "aarch64-linux-gnu"), filepath.Join(root, "lib", "aarch64-linux-gnu")}
	p, err := probe.New(probe.Config{
		Command: []string{qemu(t), "-cpu", "cortex-a72", "-L", sysroot, "-E", "LD_LIBRARY_PATH=" + strings.Join(folders, ":"), crossBuild(t), "probe"},
		Env:     append(os.Environ(), "DUNLIN_TFLITE="+fixture.Path(t, "build", "runtime", "linux-arm64", fixture.RuntimeFile)),
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := manifest.Open(os.DirFS(fixture.Path(t, "examples", "models", "keywords", "1")))
	if err != nil {
		t.Fatal(err)
	}
	r := probe.Request{Engine: "tflite", Version: "2.21.0", Plugin: engine.Plugin{Name: "teflon", Library: library}, CPU: []string{"xnnpack"}, Model: b.Model}
	w, err := p.Run(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(w)
	want := engine.ReasonNoDevice
	if devices, _ := filepath.Glob("/dev/dri/renderD*"); len(devices) > 0 { // this machine's GPU, which Teflon does not drive
		want = engine.ReasonCreate
	}
	if w.Stage != engine.Loaded || w.Reason != want || !strings.Contains(w.Text, "gives no delegate") || !strings.Contains(w.Text, "install mesa-teflon-delegate") {
		t.Errorf("got %+v, want %s at %s", w, want, engine.Loaded)
	}
}
