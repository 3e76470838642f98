package arm64_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// sysroot holds the arm64 C library that Debian packages for cross-compilers.
const sysroot = "/usr/aarch64-linux-gnu"

// decision is the part of `dunlin predict -o jsonl` that must not depend on the machine.
type decision struct {
	Label string  `json:"label"`
	Score float64 `json:"score"`
}

func TestAgentRunsTheMotionsModel(t *testing.T) {
	agent := crossBuild(t)
	recordings := fixture.Path(t, "testdata", "recordings")
	native := predict(t, recordings, nil, fixture.Program(t, "dunlin"), fixture.Runtime(t))
	if len(native) < 40 {
		t.Fatalf("the native agent made %d decisions from 40 recordings", len(native))
	}
	library := fixture.Path(t, "build", "runtime", "linux-arm64", fixture.RuntimeFile)
	for _, cpu := range []string{"cortex-a72", "cortex-a76"} {
		t.Run(cpu, func(t *testing.T) {
			emulator := []string{qemu(t), "-cpu", cpu, "-L", sysroot}
			agree(t, native, predict(t, recordings, emulator, agent, library))
		})
	}
}

// crossBuild is the agent for arm64, built once for all tests.
func crossBuild(t *testing.T) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// built builds twice, from nothing the second time: two builds are identical, or it fails.
var built = sync.OnceValues(func() (string, error) {
	out, err := filepath.Abs(filepath.Join(fixture.Root(), "build", "test", "cross"))
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "run", "./cross/build", "-out", out, "-arch", "arm64", "-program", "dunlin", "-twice")
	cmd.Dir = fixture.Root()
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cross build: %w\n%s", err, text)
	}
	return filepath.Join(out, "linux-arm64", "dunlin"), nil
})

func qemu(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Fatal("qemu-aarch64 is missing: apt-get install qemu-user")
	}
	if _, err := os.Stat(filepath.Join(sysroot, "lib", "libc.so.6")); err != nil {
		t.Fatal("the arm64 C library is missing: apt-get install libc6-arm64-cross libstdc++6-arm64-cross")
	}
	return path
}

func predict(t *testing.T, recordings string, emulator []string, agent, library string) []decision {
	t.Helper()
	args := append(emulator, agent, "predict", "motions", "--input", recordings, "--models", fixture.Path(t, "examples", "models"), "-o", "jsonl")
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DUNLIN_TFLITE="+library)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, &stderr)
	}
	var all []decision
	for line := range bytes.Lines(out) {
		var d decision
		if err := json.Unmarshal(line, &d); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		all = append(all, d)
	}
	return all
}

// agree allows the score two quantisation steps of 1/256: kernels round differently on other instruction sets.
func agree(t *testing.T, want, got []decision) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d decisions, on amd64 %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Label != want[i].Label || math.Abs(got[i].Score-want[i].Score) > 2.0/256+1e-9 {
			t.Errorf("decision %d: %+v, on amd64 %+v", i, got[i], want[i])
		}
	}
}
