// Command invoke measures what Dunlin adds around the library's own inference: set input, invoke and get output through
// a Session, against invoke of the same library in a plain C loop. It prints one JSON line for each figure.
//
// Both sides run in turns of 40 ms and are compared by the CPU time of the thread that infers, because another program
// on the machine stops one side or the other for longer than the difference that is looked for; the ratio by the wall
// clock stands beside it. The Go runtime's own threads are not in it: the figure of durable inferences has them. Memory
// alignment moves a model's time by some per cent from one load to the next, so each of several rounds loads the model
// anew on both sides and the median over the rounds counts. It runs in the repository's root folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"

	"github.com/dunlin-iot/dunlin/bench/live"
	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/internal/solib"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

const (
	keywords = "examples/models/keywords/1/model.tflite"
	motions  = "examples/models/motions/1/model.tflite"

	maxRatio = 1.03 // keywords
	maxMore  = 0.3  // us, motions
)

func main() {
	rounds := flag.Int("rounds", 11, "how often both sides load the model anew")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "invoke:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int) error {
	lib, err := tflite.Open(tflite.Config{Dirs: append(solib.DefaultDirs(), "build/runtime/linux-"+runtime.GOARCH)})
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "dunlin-cloop-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(folder)
	program, err := live.BuildCLoop(ctx, folder)
	if err != nil {
		return err
	}
	b := bench{lib: lib, program: program, rounds: rounds}
	big, err := b.compare(ctx, keywords)
	if err != nil {
		return err
	}
	small, err := b.compare(ctx, motions)
	if err != nil {
		return err
	}
	return printAll(big, small)
}

func printAll(big, small result) error {
	allocations := max(big.allocations, small.allocations)
	for _, l := range []report.Line{
		{
			Figure: "set + invoke + get through a Session / C invoke loop, keywords", Target: "<= 1.03",
			Result: fmt.Sprintf("%.3f (%.2f us against %.2f us of CPU; %.3f by the wall clock)", big.ratio, big.ours/1e3, big.c/1e3, big.wallRatio), OK: report.Met(big.ratio <= maxRatio),
		}, {
			Figure: "the same, more than the C loop, motions", Target: "<= 0.3 us",
			Result: fmt.Sprintf("%.3f us (%.2f us against %.2f us of CPU)", small.more/1e3, small.ours/1e3, small.c/1e3), OK: report.Met(small.more/1e3 <= maxMore),
		}, {
			Figure: "allocations per inference through a Session", Target: "0",
			Result: fmt.Sprintf("%g", allocations), OK: report.Met(allocations == 0),
		},
	} {
		if err := report.Print(os.Stdout, l); err != nil {
			return fmt.Errorf("print figure: %w", err)
		}
	}
	return nil
}
