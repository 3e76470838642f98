// Command imu measures what the agent's own path costs for a fast inertial sensor: a chip model with a FIFO, its driver
// over a simulated I2C bus, time stamps, judgement, feed, windows, the real motions model and the spool, in real time.
//
// The CPU time is that of the whole process, garbage collection included, less the time inside the chip's model, which
// stands in for hardware: it is metered around every transfer by the thread's CPU clock. The kernel's share of real
// transfers is not in it. A drop is a sample that the FIFO overwrote, that the judge refused, or that a ring lost.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/bench/sensing"
	"github.com/dunlin-iot/dunlin/hal"
)

// warm is how long the device runs before it is measured: set-up, first pages, the first garbage.
const warm = 3 * time.Second

const maxShare = 3.0 // per cent of a core

func main() {
	length := flag.Duration("for", time.Minute, "how long to measure")
	chip := flag.String("chip", "lsm6ds", "lsm6ds or mpu6050")
	rate := flag.Float64("rate", 1667, "nominal samples per second, as the chip has them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, sensing.Chip{Name: *chip, Rate: hal.Hertz(*rate)}, *length); err != nil {
		fmt.Fprintln(os.Stderr, "imu:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, chip sensing.Chip, length time.Duration) error {
	dir, err := os.MkdirTemp("", "dunlin-imu-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(dir)
	d, err := sensing.Start(ctx, dir, chip, func(pipeline.Decision) {})
	if err != nil {
		return err
	}
	time.Sleep(warm)
	began, from := time.Now(), d.Usage()
	time.Sleep(length)
	took, to := time.Since(began), d.Usage()
	if err := d.Stop(); err != nil {
		return err
	}
	samples := to.Health.Samples - from.Health.Samples
	if want := float64(chip.Rate) * took.Seconds(); float64(samples) < 0.95*want {
		return fmt.Errorf("only %d samples in %s: %s", samples, took, to.Health.Reason)
	}
	drops := to.Health.Dropped + to.Health.Skipped + to.Lost
	model := to.Model - from.Model
	own := to.CPU - from.CPU - model
	share := 100 * own.Seconds() / took.Seconds()
	return report.Print(os.Stdout, report.Line{
		Figure: fmt.Sprintf("%s at %.0f Hz for %s: drops, own CPU of a core", chip.Name, float64(chip.Rate), length),
		Target: "0, <= 3 %",
		Result: fmt.Sprintf("%d of %d samples, %.2f %% (%d windows; the chip's model used %.2f %% more)",
			drops, samples, share, to.Windows-from.Windows, 100*model.Seconds()/took.Seconds()),
		OK: report.Met(drops == 0 && share <= maxShare),
	})
}
