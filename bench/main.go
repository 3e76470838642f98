// Command bench measures every figure that Dunlin promises and prints one table: figure, target, result.
//
// Each figure is a program below this folder that prints JSON lines (see package report). Figures are ratios against a
// peer or a bare baseline in the same run, because absolute times say more about the machine than about the code.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
)

// figures in the order of the table. Each runs alone: two at once would measure each other.
var figures = []struct {
	name string
	args []string
}{
	{"invoke", nil}, {"isolated", nil}, {"delegates", nil}, {"swap", nil}, {"steps", nil}, {"path", nil}, {"imu", nil}, {"latency", nil}, {"durable", nil}, {"spool", nil}, {"ingest", nil}, {"wire", nil}, {"trust", nil}, {"evaluate", nil}, {"start", nil}, {"i2c", nil}, {"memory", nil}, {"size", nil},
}

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var lines []report.Line
	broken := 0
	for _, f := range figures {
		if flag.NArg() > 0 && !slices.Contains(flag.Args(), f.name) {
			continue
		}
		start := time.Now()
		got, err := report.Collect(ctx, "./bench/"+f.name, f.args...)
		lines = append(lines, got...)
		if err != nil {
			broken++
			lines = append(lines, report.Line{Figure: f.name, Result: "could not be measured: " + err.Error()})
		}
		fmt.Fprintf(os.Stderr, "bench: %s took %s\n", f.name, time.Since(start).Round(time.Second))
	}
	report.Table(os.Stdout, lines)
	if broken > 0 {
		os.Exit(1)
	}
}
