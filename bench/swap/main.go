// Command swap measures what a new version of a model costs a pipeline, with the real engine and the real daemon: windows
// lost in 100 swaps at 200 windows a second, memory over 1,000 swaps of which every fourth fails, the points of the shelf
// at which a killed daemon goes on, and how long a version that breaches its guards stays. It prints one JSON line for
// each figure and runs in the repository's root folder, after `make build`.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"

	"github.com/dunlin-iot/dunlin/bench/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "swap:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var errs []error
	for _, figure := range []func(context.Context) (report.Line, error){lostWindows, memoryOfSwaps, killPoints, breach} {
		line, err := figure(ctx)
		if err == nil {
			err = report.Print(os.Stdout, line)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// killPoints runs the test that kills the daemon, and reads how many points it came to.
func killPoints(ctx context.Context) (report.Line, error) {
	line := report.Line{Figure: "daemon killed at every point of the shelf, twice", Target: "never without a working model"}
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-run", "^TestKilledAtEveryPoint$", "./cmd/dunlin")
	out, err := cmd.CombinedOutput()
	found := regexp.MustCompile(`(\d+) points`).FindSubmatch(out)
	if err != nil || found == nil {
		fmt.Fprintf(os.Stderr, "%s", out)
		line.Result, line.OK = "a life without decisions, or none at all", report.Met(false)
		return line, ctx.Err()
	}
	line.Result, line.OK = fmt.Sprintf("%s points, each life decided", found[1]), report.Met(true)
	return line, nil
}
