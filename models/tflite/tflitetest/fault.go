package tflitetest

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

//go:embed testdata/fault.c
var source []byte

// Build compiles the plug-in into dir and returns its path.
func Build(dir string) (string, error) {
	c, so := filepath.Join(dir, "fault.c"), filepath.Join(dir, "libfault.so")
	if err := os.WriteFile(c, source, 0o600); err != nil {
		return "", fmt.Errorf("write plug-in: %w", err)
	}
	args := []string{"-shared", "-fPIC", "-O1", "-fvisibility=hidden", "-I" + filepath.Join(fixture.Root(), "models", "tflite", "include"), "-o", so, c}
	if out, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("compile plug-in with cc (apt-get install gcc): %w: %s", err, out)
	}
	return so, nil
}
