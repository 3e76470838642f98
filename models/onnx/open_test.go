package onnx_test

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/onnx"
)

func noEnv(string) string { return "" }

// The error is one sentence that names every place, what was wrong there, and how to get a library.
func TestOpenNamesWhatWasSearched(t *testing.T) {
	empty, full := t.TempDir(), t.TempDir()
	text := filepath.Join(full, "libonnxruntime.so.9.9.9")
	if err := os.WriteFile(text, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(empty, "none.so")
	for name, c := range map[string]struct {
		cfg  onnx.Config
		says []string
	}{
		"nothing anywhere": {
			onnx.Config{Getenv: noEnv, Dirs: []string{empty, "/nonexistent"}},
			[]string{"no path is configured", "$DUNLIN_ONNX is not set", "no libonnxruntime.so in " + empty, "make runtime-onnx", "runtime.onnx"},
		},
		"no library in a folder": {onnx.Config{Getenv: noEnv, Dirs: []string{full}}, []string{text + ": not a shared library"}},
		"configured":             {onnx.Config{Path: none, Dirs: []string{full}}, []string{none + " does not exist"}},
		"environment":            {onnx.Config{Getenv: func(string) string { return none }}, []string{none + " does not exist"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := onnx.Open(c.cfg)
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

// The arm64 library that make runtime-onnx fetched is one for arm64, needs no newer C library than glibc 2.28 has, and
// is refused by name here. It is not run: under user-mode emulation it crashes while it is loaded.
func TestForeignArchitecture(t *testing.T) {
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	f, err := elf.Open(fetched(other))
	if err != nil {
		t.Fatalf("%v: run make runtime-onnx", err)
	}
	defer f.Close()
	if want := map[string]elf.Machine{"arm64": elf.EM_AARCH64, "amd64": elf.EM_X86_64}[other]; f.Machine != want {
		t.Errorf("%s holds %v", other, f.Machine)
	}
	versions, err := f.ImportedSymbols()
	if err != nil || len(versions) == 0 {
		t.Fatalf("%d symbols, %v", len(versions), err)
	}
	for _, s := range versions {
		var major, minor int
		if n, _ := fmt.Sscanf(s.Version, "GLIBC_%d.%d", &major, &minor); n == 2 && (major != 2 || minor > 28) {
			t.Errorf("%s needs %s", s.Name, s.Version)
		}
	}
	_, err = onnx.Open(onnx.Config{Path: fetched(other)})
	if want := fmt.Sprintf("made for %s, this program is %s", other, runtime.GOARCH); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

// A process opens one library: the same again is fine, another is not.
func TestOpenTwice(t *testing.T) {
	a, b := open(t), open(t)
	if a.Version() != b.Version() || a.Path() != b.Path() || a.Version() != "1.30.0" {
		t.Errorf("%s %s and %s %s", a.Version(), a.Path(), b.Version(), b.Path())
	}
	_, err := onnx.Open(onnx.Config{Path: compile(t, "int x;")})
	if err == nil || !strings.Contains(err.Error(), "opens one library") {
		t.Errorf("got %v", err)
	}
}

// Libraries that are not what they should be, in processes of their own.
func TestOpenUnfitLibrary(t *testing.T) {
	base := `static const void* none(unsigned v) { return 0; } static const char* version(void) { return "%s"; }
		static struct { const void* (*api)(unsigned); const char* (*version)(void); } base = {none, version};
		void* OrtGetApiBase(void) { return &base; }`
	for name, c := range map[string]struct{ source, says string }{
		"no ONNX Runtime":   {"int x;", "no function OrtGetApiBase"},
		"too old":           {fmt.Sprintf(base, "1.15.1"), "version 1.15.1 is older than 1.16"},
		"another world":     {fmt.Sprintf(base, "2.0.0"), "version 2.0.0 is not 1.x"},
		"keeps no promises": {fmt.Sprintf(base, "1.19.2"), "version 1.19.2 does not offer interface 19"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := enginetest.Child(t, "open", onnx.EnvLibrary+"="+compile(t, c.source))
			if err == nil || !strings.Contains(out, c.says) {
				t.Errorf("%v: %q does not say %q", err, out, c.says)
			}
		})
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
	if err := os.Symlink(real, filepath.Join(dir, "libonnxruntime.so.1.9.0")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "libonnxruntime.so.1.10.0"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := onnx.Open(onnx.Config{Getenv: noEnv, Dirs: []string{t.TempDir(), dir}})
	if err != nil || r.Path() != real {
		t.Errorf("opened %v, %v, want %s", r, err, real)
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
	if err != nil || len(needed) == 0 || strings.Contains(strings.Join(needed, " "), "onnx") {
		t.Errorf("the program needs %v, %v", needed, err)
	}
}

// compile makes a shared library of C source.
func compile(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	c, so := filepath.Join(dir, "a.c"), filepath.Join(dir, "libonnxruntime.so")
	if err := os.WriteFile(c, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", so, c).CombinedOutput(); err != nil {
		t.Fatalf("cc (apt-get install gcc): %v: %s", err, out)
	}
	return so
}
