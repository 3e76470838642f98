// Command path measures what the agent itself adds to a window between sample and record: ring, framing, scaling,
// quantisation, decision, record. The engine is left out by the benchmark it runs (agent/pipeline, BenchmarkWindow).
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/bench/report"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "path:", err)
		os.Exit(1)
	}
}

func run() error {
	cmd := exec.Command("go", "test", "-run=^$", "-bench=^BenchmarkWindow$", "-benchmem", "-count=7", "./agent/pipeline")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go test -bench: %w: %s", err, out)
	}
	var times, allocations []float64
	for line := range bytes.Lines(out) {
		f := strings.Fields(string(line))
		if len(f) < 8 || !strings.HasPrefix(f[0], "BenchmarkWindow") {
			continue
		}
		times = append(times, value(f, "ns/op"))
		allocations = append(allocations, value(f, "allocs/op"))
	}
	if len(times) < 5 {
		return fmt.Errorf("only %d runs in:\n%s", len(times), out)
	}
	ns, most := report.Median(times), report.Quantile(allocations, 1)
	return report.Print(os.Stdout, report.Line{
		Figure: "own time from sample to record beyond invoke, a window", Target: "<= 2 us, 0 allocations",
		Result: fmt.Sprintf("%.2f us, %.0f allocations", ns/1000, most), OK: report.Met(ns <= 2000 && most == 0),
	})
}

// value is the number before a unit in one line of a benchmark.
func value(fields []string, unit string) float64 {
	for i, f := range fields {
		if f == unit && i > 0 {
			v, err := strconv.ParseFloat(fields[i-1], 64)
			if err == nil {
				return v
			}
		}
	}
	return -1
}
