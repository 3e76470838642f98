package tflite_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

// sameSuite is what runs on every library. A process opens one library, so each has one of its own.
const sameSuite = "^(TestContract|TestBundles|TestTruncatedModels|TestPluginFails|TestPluginTakes|TestPluginBeforeXNNPACK|TestPluginIsFreed)$"

func olderLibrary(t *testing.T, version string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "build", "runtime", "older", "linux-"+runtime.GOARCH, "libtflite.so."+version))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("%v: run make runtime-older", err)
	}
	return path
}

// The library for older systems and the oldest one that is supported pass the suite of the usual one.
func TestOlderLibraries(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"2.18.0", "2.9.0"} {
		t.Run(version, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), exe, "-test.run="+sameSuite, "-test.v")
			cmd.Env = append(os.Environ(), tflite.EnvLibrary+"="+olderLibrary(t, version))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out[max(0, len(out)-8000):])
			}
			if n := strings.Count(string(out), "--- PASS"); n < 60 || !strings.Contains(string(out), "library "+version) {
				t.Errorf("%d tests passed; did they run on %s?\n%s", n, version, out[max(0, len(out)-2000):])
			}
		})
	}
}

// The committed models give their golden answers on this library, with XNNPACK and without.
func TestBundles(t *testing.T) {
	r := open(t)
	t.Logf("library %s", r.Version())
	for _, name := range []string{"motions", "keywords"} {
		b, err := manifest.Open(os.DirFS(fixture.Path(t, "examples", "models", name, "1")))
		if err != nil {
			t.Fatal(err)
		}
		for _, way := range []string{"xnnpack", "none"} {
			s := load(t, r, b.Model, way)
			report, err := b.Verify(s)
			if err != nil || report.Vectors == 0 || s.Report().Delegate != way {
				t.Errorf("%s on %v: %v, %v", name, s.Report(), report, err)
			}
		}
	}
}

// Models of real size, cut at every 1 kB: each is refused as unusable, none crashes the process.
func TestTruncatedModels(t *testing.T) {
	r := open(t)
	for _, name := range []string{motions, keywords} {
		model := file(t, name)
		for n := 0; n < len(model); n += 1 << 10 {
			s, err := r.Load(model[:n:n], engine.Options{})
			if err == nil {
				t.Errorf("%s: %d of %d bytes load", name, n, len(model))
				s.Close()
			} else if !errors.Is(err, engine.ErrModel) {
				t.Errorf("%s: %d of %d bytes: %v", name, n, len(model), err)
			}
		}
	}
}

// A model with a scale per channel of a dense layer is silently wrong on 2.9. The check of the file refuses it (see
// TestContract); should that ever miss one, the recorded answers do not: here the library says that it is newer.
func TestOldestLibraryIsWrong(t *testing.T) {
	old := olderLibrary(t, "2.9.0")
	named := filepath.Join(t.TempDir(), "libtensorflowlite_c.so") // as it calls itself
	if err := os.Symlink(old, named); err != nil {
		t.Fatal(err)
	}
	newer := compile(t, "libtflite.so", `const char* TfLiteVersion(void) { return "2.12.0"; }`, "-Wl,--no-as-needed", named, "-Wl,-rpath,"+filepath.Dir(named))
	for lib, right := range map[string]bool{newer: false, olderLibrary(t, "2.18.0"): true} {
		out, err := enginetest.Child(t, "golden", tflite.EnvLibrary+"="+lib, modelEnv+"="+perChannel)
		if err != nil || strings.Contains(out, "as recorded") != right || strings.Contains(out, "other answers") == right {
			t.Errorf("%s: %v: %s", lib, err, out)
		}
	}
}

// goldenAnswers is a child that runs the recorded inputs of a model and says whether the answers are the recorded ones.
func goldenAnswers() {
	var t childT
	r, err := tflite.Open(tflite.Config{})
	check(err)
	for _, m := range models(t) {
		if m.Name != os.Getenv(modelEnv) {
			continue
		}
		s, err := r.Load(m.File, engine.Options{Delegates: []string{"none"}})
		check(err)
		worst := 0
		for _, run := range m.Runs {
			check(s.Inputs()[0].SetBytes(run.Inputs[0]))
			check(s.Invoke())
			want := s.Outputs()[0]
			want.Data = run.Outputs[0]
			steps, _, err := manifest.Furthest(want, s.Outputs()[0])
			check(err)
			worst = max(worst, steps)
		}
		if worst <= int(m.Tolerance) {
			fmt.Println("as recorded")
			return
		}
		fmt.Println("other answers, by", worst, "steps")
	}
}

// childT lets a child use helpers of tests: what fails there ends it.
type childT struct{ testing.TB }

func (childT) Helper()           {}
func (childT) Fatal(args ...any) { check(fmt.Errorf("%v", args)) }
