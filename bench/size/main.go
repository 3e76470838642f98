// Command size measures the stripped binaries that `make cross` builds, and the Debian packages of `make package`.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/dunlin-iot/dunlin/bench/report"
)

// limits in MB, of what matches file below the folder that everything is built into.
var limits = []struct {
	figure, file string
	mb           float64
}{
	{"stripped amd64 dunlin", "bin/linux-amd64/dunlin", 19},
	{"stripped arm64 dunlin", "bin/linux-arm64/dunlin", 19},
	{"stripped arm64 dunlin-hub", "bin/linux-arm64/dunlin-hub", 35},
	{"Debian package amd64, with its TFLite", "dunlin_*_amd64.deb", 12},
	{"Debian package arm64, with its TFLite", "dunlin_*_arm64.deb", 12},
	{"Debian package armhf, with its TFLite", "dunlin_*_armhf.deb", 12},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "size:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "dunlin-size-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := errors.Join(
		build("./cross/package", "-out", dir), // leaves the agents that it packs in bin
		build("./cross/build", "-out", filepath.Join(dir, "bin"), "-arch", "arm64", "-program", "dunlin-hub"),
	); err != nil {
		return err
	}
	for _, l := range limits {
		found, err := filepath.Glob(filepath.Join(dir, l.file))
		if err != nil || len(found) != 1 {
			return errors.Join(err, fmt.Errorf("%s: %d files, want one", l.file, len(found)))
		}
		info, err := os.Stat(found[0])
		if err != nil {
			return err
		}
		mb := float64(info.Size()) / 1e6
		if err := report.Print(os.Stdout, report.Line{
			Figure: l.figure, Target: fmt.Sprintf("<= %.0f MB", l.mb), Result: fmt.Sprintf("%.2f MB", mb), OK: report.Met(mb <= l.mb),
		}); err != nil {
			return err
		}
	}
	return nil
}

// build runs a program of this repository that makes something.
func build(args ...string) error {
	cmd := exec.Command("go", append([]string{"run"}, args...)...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run %s: %w", args[0], err)
	}
	return nil
}
