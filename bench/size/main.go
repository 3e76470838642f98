// Command size measures the stripped arm64 binaries that `make cross` builds.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/dunlin-iot/dunlin/bench/report"
)

var limits = []struct {
	program string
	mb      float64
}{{"dunlin", 19}, {"dunlin-hub", 35}}

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
	cmd := exec.Command("go", "run", "./cross/build", "-out", dir, "-arch", "arm64")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("cross build: %w", err)
	}
	for _, l := range limits {
		info, err := os.Stat(filepath.Join(dir, "linux-arm64", l.program))
		if err != nil {
			return err
		}
		mb := float64(info.Size()) / 1e6
		if err := report.Print(os.Stdout, report.Line{
			Figure: "stripped arm64 " + l.program, Target: fmt.Sprintf("<= %.0f MB", l.mb),
			Result: fmt.Sprintf("%.2f MB", mb), OK: report.Met(mb <= l.mb),
		}); err != nil {
			return err
		}
	}
	return nil
}
