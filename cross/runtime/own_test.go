package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const symbolList = "# list\nTfLiteVersion required\nTfLiteOptional\n"

// compile makes a shared library of C source.
func compile(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	c, so := filepath.Join(dir, "a.c"), filepath.Join(dir, "a.so")
	if err := os.WriteFile(c, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", so, c).CombinedOutput(); err != nil {
		t.Fatalf("cc (apt-get install gcc): %v: %s", err, out)
	}
	return so
}

func TestUseOwn(t *testing.T) {
	list := filepath.Join(t.TempDir(), "symbols.txt")
	if err := os.WriteFile(list, []byte(symbolList), 0o600); err != nil {
		t.Fatal(err)
	}
	good := compile(t, "const char* TfLiteVersion(void) { return \"2.18.0\"; }")
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	for name, c := range map[string]struct{ path, arch, says string }{
		"right":              {good, runtime.GOARCH, ""},
		"wrong architecture": {good, other, "this machine is " + other},
		"function missing":   {compile(t, "int x;"), runtime.GOARCH, "no function TfLiteVersion"},
		"function imported":  {compile(t, "const char* TfLiteVersion(void); const char* y(void) { return TfLiteVersion(); }"), runtime.GOARCH, "no function TfLiteVersion"},
		"no library":         {list, runtime.GOARCH, "bad magic"},
		"no file":            {"/nonexistent.so", runtime.GOARCH, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			err := useOwn(c.path, list, out, c.arch, io.Discard)
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v does not say %q", err, c.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, _ := os.ReadFile(pin{arch: c.arch, release: current}.target(out))
			want, _ := os.ReadFile(c.path)
			if len(want) == 0 || !bytes.Equal(got, want) {
				t.Error("the copy differs")
			}
		})
	}
}

func TestInside(t *testing.T) {
	if !inside("build/runtime", "build/runtime/linux-amd64/x.so") || inside("build/runtime", "/usr/lib/x.so") || inside("build/runtime", "build/x.so") {
		t.Error("inside is wrong")
	}
}
