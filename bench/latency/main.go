// Command latency measures how long it takes from a sensor to a decision: from the time at which the last sample of a
// window was made, by its stamp, to the moment at which the decision is there. It runs on a quiet machine and then
// beside two processes that never rest.
//
// Most of it is the time that samples wait in the chip's FIFO, on average half of the time between two drains. The chip
// is a model of the LSM6DSOX, and transfers over a simulated bus take no time; the motions model is the real one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/bench/sensing"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// warm is how long the stamps may learn the chip's true rate before they count.
const warm = 5 * time.Second

func main() {
	length := flag.Duration("for", 30*time.Second, "how long to measure, quiet and under load each")
	rate := flag.Float64("rate", 833, "nominal samples per second")
	every := flag.Duration("every", 20*time.Millisecond, "time between two drains of the FIFO")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, sensing.Chip{Name: "lsm6ds", Rate: hal.Hertz(*rate), Every: *every}, *length); err != nil {
		fmt.Fprintln(os.Stderr, "latency:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, chip sensing.Chip, length time.Duration) error {
	quiet, err := measure(ctx, chip, length)
	if err != nil {
		return err
	}
	stop, err := load(2)
	if err != nil {
		return err
	}
	busy, err := measure(ctx, chip, length)
	if err := errors.Join(err, stop()); err != nil {
		return err
	}
	return report.Print(os.Stdout, report.Line{
		Figure: fmt.Sprintf("p99 from sensor to decision, %.0f Hz, FIFO read every %s", float64(chip.Rate), chip.Every), Target: "reported",
		Result: fmt.Sprintf("%s quiet, %s beside 2 busy loops", quiet, busy),
	})
}

// result is some quantiles and what the run lost.
type result struct {
	p50, p99, worst float64 // milliseconds
	drops           uint64
}

func (r result) String() string {
	return fmt.Sprintf("%.1f ms (p50 %.1f, worst %.1f, %d drops)", r.p99, r.p50, r.worst, r.drops)
}

// measure runs a device and times its decisions.
func measure(ctx context.Context, chip sensing.Chip, length time.Duration) (result, error) {
	dir, err := os.MkdirTemp("", "dunlin-latency-")
	if err != nil {
		return result{}, fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(dir)
	clk := clock.System{}
	counts := clk.Boot() + warm
	waits := make([]float64, 0, int(2*length.Seconds()*float64(chip.Rate)))
	d, err := sensing.Start(ctx, dir, chip, func(dec pipeline.Decision) {
		if now := clk.Boot(); now >= counts {
			waits = append(waits, float64(now-dec.At)/float64(time.Millisecond))
		}
	})
	if err != nil {
		return result{}, err
	}
	time.Sleep(warm + length)
	used := d.Usage()
	if err := d.Stop(); err != nil {
		return result{}, err
	}
	if len(waits) < 100 {
		return result{}, fmt.Errorf("only %d decisions: %s", len(waits), used.Health.Reason)
	}
	return result{
		p50: report.Median(waits), p99: report.Quantile(waits, 0.99), worst: report.Quantile(waits, 1),
		drops: used.Health.Dropped + used.Health.Skipped + used.Lost,
	}, nil
}

// load starts processes that never rest; stop ends them.
func load(n int) (stop func() error, err error) {
	var all []*exec.Cmd
	stop = func() error {
		var errs error
		for _, c := range all {
			errs = errors.Join(errs, c.Process.Kill())
			_ = c.Wait() // it says that it was killed
		}
		return errs
	}
	for range n {
		c := exec.Command("sh", "-c", "while :; do :; done")
		if err := c.Start(); err != nil {
			return nil, errors.Join(fmt.Errorf("start busy loop: %w", err), stop())
		}
		all = append(all, c)
	}
	return stop, nil
}
