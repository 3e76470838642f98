// Command durable measures the agent's whole job, window to decision to disk to acknowledged delivery, on the keywords
// model at full speed: against the usual Python job and against the same library in a bare C loop, in turns in one run,
// quiet and with one core kept busy by another program.
//
// Both jobs send to the same mosquitto. The Python job waits for the broker's PUBACK; ours waits for an end-to-end
// acknowledgement, which a small answering client gives in the hub's place, so that both send into the same nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"github.com/dunlin-iot/dunlin/bench/live"
	"github.com/dunlin-iot/dunlin/bench/report"
)

func main() {
	lib := flag.String("lib", filepath.Join("build", "runtime", "linux-"+runtime.GOARCH, "libtflite.so.2.21.0"), "TensorFlow Lite library")
	model := flag.String("model", "examples/models/keywords/1", "model folder")
	python := flag.String("python", ".tools/peer/bin/python", "Python with ai-edge-litert and paho-mqtt")
	rounds := flag.Int("rounds", 5, "rounds of each side")
	length := flag.Duration("length", 4*time.Second, "of one side in one round")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := bench{lib: *lib, model: *model, python: *python, rounds: *rounds, length: *length}
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "durable:", err)
		os.Exit(1)
	}
}

type bench struct {
	lib, model, python string
	rounds             int
	length             time.Duration
}

// figures collects one number per round.
type figures struct {
	ours, busy, python, pure, p50, p99, first []float64
	worst                                     float64
}

func (b bench) run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "dunlin-durable-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	broker, err := startBroker(ctx, dir)
	if err != nil {
		return err
	}
	defer broker.stop()
	answers, err := startAnswers(broker.addr)
	if err != nil {
		return err
	}
	defer answers.Disconnect(250)
	loop, err := live.BuildCLoop(ctx, dir)
	if err != nil {
		return err
	}
	var f figures
	for i := range b.rounds {
		if err := b.round(ctx, &f, dir, broker.addr, loop); err != nil {
			return fmt.Errorf("round %d: %w", i+1, err)
		}
	}
	return f.print()
}

func (b bench) round(ctx context.Context, f *figures, dir, broker, loop string) error {
	pure, err := b.pure(ctx, loop)
	if err != nil {
		return err
	}
	quiet, err := b.ours(ctx, dir, broker)
	if err != nil {
		return err
	}
	peer, first, err := b.peer(ctx, dir, broker)
	if err != nil {
		return err
	}
	burn, err := startBurner(ctx)
	if err != nil {
		return err
	}
	busy, err := b.ours(ctx, dir, broker)
	burn()
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "durable: pure %.0f/s, ours %.0f/s, with a busy core %.0f/s, Python %.0f/s\n", pure, quiet.rate, busy.rate, peer)
	f.pure, f.ours, f.busy, f.python = append(f.pure, pure), append(f.ours, quiet.rate), append(f.busy, busy.rate), append(f.python, peer)
	f.first = append(f.first, first)
	f.p50, f.p99 = append(f.p50, quiet.p50), append(f.p99, quiet.p99)
	f.worst = max(f.worst, quiet.max)
	return nil
}

func (f *figures) print() error {
	vsPython := report.Median(f.ours) / report.Median(f.python)
	vsPure := report.Median(f.ours) / report.Median(f.pure)
	vsQuiet := report.Median(f.busy) / report.Median(f.ours)
	tail := report.Median(f.p99) / report.Median(f.p50)
	for _, l := range []report.Line{
		{Figure: "durable inferences/s against the same job in Python, keywords", Target: ">= 7 times",
			Result: fmt.Sprintf("%.1f times (%.0f against %.0f)", vsPython, report.Median(f.ours), report.Median(f.python)), OK: report.Met(vsPython >= 7)},
		{Figure: "durable inferences/s against the pure invoke rate", Target: ">= 80 %",
			Result: fmt.Sprintf("%.0f %% (of %.0f)", 100*vsPure, report.Median(f.pure)), OK: report.Met(vsPure >= 0.8)},
		{Figure: "the same with one core busy, against the quiet rate", Target: ">= 70 %",
			Result: fmt.Sprintf("%.0f %% (%.0f %% of the pure rate)", 100*vsQuiet, 100*report.Median(f.busy)/report.Median(f.pure)), OK: report.Met(vsQuiet >= 0.7)},
		{Figure: "p99 of the inference step under that load", Target: "<= 2 x p50",
			Result: fmt.Sprintf("%.2f x p50 (%.0f against %.0f us; worst %.1f ms)", tail, report.Median(f.p99), report.Median(f.p50), f.worst/1000), OK: report.Met(tail <= 2)},
		{Figure: "the Python job, process start to first inference", Result: fmt.Sprintf("%.0f ms", report.Median(f.first))},
	} {
		if err := report.Print(os.Stdout, l); err != nil {
			return err
		}
	}
	return nil
}
