package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// mvn takes a package from Maven's local repository, which the client fills by its own configuration.
func mvn(ctx context.Context, p pin, folder string) (string, error) {
	path, err := exec.LookPath("mvn")
	if err != nil {
		return "", errors.New("mvn is not installed; install it with: apt-get install maven; " +
			"or give the package as JAR=file or a library as DUNLIN_TFLITE=/path/lib.so")
	}
	coordinates := strings.Join([]string{group, artifact, p.release, "jar", p.classifier}, ":")
	cmd := exec.CommandContext(ctx, path, "-q", "-B", "dependency:copy", "-Dartifact="+coordinates, "-DoutputDirectory="+folder)
	cmd.Dir = folder // no project of the caller's must be read
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("run mvn: %w: %s", err, firstError(string(out)))
	}
	return filepath.Join(folder, p.jarName()), nil
}

// firstError is the line of Maven's output that says what happened.
func firstError(out string) string {
	for line := range strings.Lines(out) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "[ERROR] "); ok {
			return text
		}
	}
	return strings.TrimSpace(out)
}
