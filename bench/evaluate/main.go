// Command evaluate compares the metrics of the acceptance test with scikit-learn's on 10,000 random sets, and measures
// how long they take. It prints one JSON line for each figure, runs in the repository's root folder and needs the
// Python packages of cross/science.txt, which `make bench` installs.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"

	"github.com/dunlin-iot/dunlin/bench/report"
)

// sets that are compared, and how far a number may be off.
const (
	sets = 10000
	far  = 1e-12
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "evaluate:", err)
		os.Exit(1)
	}
}

var (
	difference = regexp.MustCompile(`largest difference (\S+) of (\d+) numbers in (\d+) sets`)
	duration   = regexp.MustCompile(`BenchmarkEvaluate\S*\s+\d+\s+(\d+) ns/op`)
)

// run lets the test that compares a few hundred sets compare more of them.
func run(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-timeout=1h", "-run=^TestEqualsScikitLearn$", "-bench=^BenchmarkEvaluate$",
		"./models/evaluate", "-args", "-cases", strconv.Itoa(sets))
	out, err := cmd.CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s", out)
		return err
	}
	found, took := difference.FindSubmatch(out), duration.FindSubmatch(out)
	if found == nil || took == nil {
		fmt.Fprintf(os.Stderr, "%s", out)
		return errors.New("no figure in what the test says")
	}
	largest, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		return err
	}
	ns, err := strconv.ParseFloat(string(took[1]), 64)
	if err != nil {
		return err
	}
	met := largest <= far && string(found[3]) == strconv.Itoa(sets)
	return errors.Join(
		report.Print(os.Stdout, report.Line{
			Figure: "evaluation metrics against scikit-learn 1.9, 10,000 random cases with ties, empty classes, one class",
			Target: "largest difference <= 1e-12", Result: fmt.Sprintf("%.1e in %s numbers", largest, found[2]), OK: report.Met(met),
		}),
		report.Print(os.Stdout, report.Line{
			Figure: "evaluation of 10,000 windows of 50 classes, every metric with its interval", Target: "reported",
			Result: fmt.Sprintf("%.0f ms", ns/1e6),
		}),
	)
}
