package tflite_test

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

func noEnv(string) string { return "" }

// The error is one sentence that names every place and what was wrong there.
func TestOpenNamesWhatWasSearched(t *testing.T) {
	empty, full := t.TempDir(), t.TempDir()
	text := filepath.Join(full, "libtflite.so.9.9.9")
	if err := os.WriteFile(text, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(empty, "none.so")
	for name, c := range map[string]struct {
		cfg  tflite.Config
		says []string
	}{
		"nothing anywhere": {
			tflite.Config{Getenv: noEnv, Dirs: []string{empty, "/nonexistent"}},
			[]string{"no path is configured", "$DUNLIN_TFLITE is not set", "no libtflite.so in " + empty, "no libtflite.so in /nonexistent", "make runtime"},
		},
		"no library in a folder": {tflite.Config{Getenv: noEnv, Dirs: []string{empty, full}}, []string{empty, text + ": not a shared library"}},
		"flag":                   {tflite.Config{Path: none, Dirs: []string{full}}, []string{none + " does not exist"}},
		"environment":            {tflite.Config{Getenv: func(string) string { return none }, Dirs: []string{full}}, []string{none + " does not exist"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tflite.Open(c.cfg)
			if !errors.Is(err, engine.ErrRuntime) {
				t.Fatalf("%v does not wrap ErrRuntime", err)
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than a sentence", err)
			}
		})
	}
}

// The library of the other architecture that make runtime fetched is refused by name.
func TestOpenForeignArchitecture(t *testing.T) {
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	path := filepath.Join("..", "..", "build", "runtime", "linux-"+other, "libtflite.so.2.21.0")
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run make runtime", err)
	}
	_, err := tflite.Open(tflite.Config{Path: path})
	if want := fmt.Sprintf("made for %s, this program is %s", other, runtime.GOARCH); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

// A process opens one library: the same again is fine, another is not.
func TestOpenTwice(t *testing.T) {
	a, b := open(t), open(t)
	if a.Version() != b.Version() || a.Path() != b.Path() {
		t.Errorf("%v and %v", a, b)
	}
	second := compile(t, "libtflite.so", "int x;")
	_, err := tflite.Open(tflite.Config{Path: second})
	if err == nil || !strings.Contains(err.Error(), "opens one library") || !strings.Contains(err.Error(), a.Path()) {
		t.Errorf("got %v", err)
	}
}

// Libraries that lack something, in processes of their own.
func TestOpenUnfitLibrary(t *testing.T) {
	for name, c := range map[string]struct{ source, says string }{
		"no TensorFlow Lite": {"int x;", "version unknown has no function TfLite"},
		"functions missing":  {`const char* TfLiteVersion(void) { return "1.15.5"; }`, "version 1.15.5 has no function TfLite"},
	} {
		t.Run(name, func(t *testing.T) {
			wantChildFails(t, compile(t, "libtflite.so", c.source), "conv_int8.tflite", c.says)
		})
	}
	t.Run("too old", func(t *testing.T) {
		lib := impostor(t, `const char* TfLiteVersion(void) { return "2.8.4"; }`)
		wantChildFails(t, lib, "conv_int8.tflite", "version 2.8.4 is older than 2.9")
	})
}

func wantChildFails(t *testing.T, lib, model, says string) {
	t.Helper()
	out, err := enginetest.Child(t, "load", tflite.EnvLibrary+"="+lib, modelEnv+"="+model)
	if err == nil || !strings.Contains(out, says) {
		t.Errorf("%v: %q does not say %q", err, out, says)
	}
}

// In a folder the newest name is tried first, and one that does not open does not hide the next.
func TestOpenTakesTheNewestThatWorks(t *testing.T) {
	dir := t.TempDir()
	real, err := filepath.EvalSymlinks(library(t))
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, filepath.Join(dir, "libtflite.so.2.9.0")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "libtflite.so.2.10.0"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := tflite.Open(tflite.Config{Getenv: noEnv, Dirs: []string{t.TempDir(), dir}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Path() != real {
		t.Errorf("opened %s, want %s", r.Path(), real)
	}
}

// The program must start without the library: nothing may be linked to it.
func TestNoLinkTimeDependency(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	needed, err := f.ImportedLibraries()
	if err != nil || len(needed) == 0 {
		t.Fatalf("needs %v, %v", needed, err)
	}
	for _, n := range needed {
		if strings.Contains(n, "tensorflow") || strings.Contains(n, "tflite") {
			t.Errorf("the program needs %s", n)
		}
	}
}

func TestVersion(t *testing.T) {
	for text, want := range map[string]tflite.Version{"2.21.0": {2, 21, 0}, "2.9": {2, 9, 0}, "2.20.1-rc2": {2, 20, 1}} {
		if got, err := tflite.ParseVersion(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2", "x.y.z", "2.-1.0", "2.1.0.0"} {
		if v, err := tflite.ParseVersion(text); err == nil {
			t.Errorf("%q is %v", text, v)
		}
	}
	if v := (tflite.Version{Major: 2, Minor: 9}); !v.Before(2, 12) || v.Before(2, 9) || v.Before(1, 15) || !v.Before(3, 0) {
		t.Error("Before is wrong")
	}
}
