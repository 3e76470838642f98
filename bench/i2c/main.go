// Command i2c measures what hal/i2cdev adds to a transfer: the eight data registers of a BME280, read with one I2C_RDWR
// ioctl, against the same ioctl in a plain C loop. It prints one JSON line.
//
// Both run in turns of 250 ms as processes of the hardware tests' guest, on a real kernel adapter with a fake
// USB-to-I2C bridge behind it, and are compared turn by turn. Processors of the guest are emulated and slow, so each
// figure of time stands beside the ratio; on a board the wire takes longer and the processor less.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/internal/vm"
)

const (
	maxRatio = 1.1
	turns    = 31
)

// measured is what test/guest/init says of its check "overhead".
type measured struct {
	Ours    float64 `json:"ours_us"`
	C       float64 `json:"c_us"`
	OursCPU float64 `json:"ours_cpu_us"`
	CCPU    float64 `json:"c_cpu_us"`
	Ratio   float64 `json:"ratio"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "i2c:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	folder, err := vm.Build(ctx, ".")
	if err != nil {
		return err
	}
	machine, err := vm.Start(ctx, vm.ARM64(folder))
	if err != nil {
		return err
	}
	m, err := ask(ctx, machine)
	if err := errors.Join(err, machine.Close()); err != nil {
		return fmt.Errorf("%w\n%s", err, machine.Console())
	}
	return errors.Join(report.Print(os.Stdout, report.Line{
		Figure: "I2C transaction through hal/i2cdev / bare ioctl in C", Target: "<= 1.1",
		Result: fmt.Sprintf("%.2f (%.0f us against %.0f us in the emulated guest; of CPU %.0f us against %.0f us)", m.Ratio, m.Ours, m.C, m.OursCPU, m.CCPU),
		OK:     report.Met(m.Ratio <= maxRatio),
	}), native())
}

func ask(ctx context.Context, machine *vm.Machine) (m measured, err error) {
	for _, check := range []string{"boot", "overhead"} {
		if check != "boot" {
			if err := machine.Do(fmt.Sprintf("%s %d", check, turns)); err != nil {
				return m, err
			}
		}
		msg, err := machine.Next(ctx)
		if err != nil {
			return m, fmt.Errorf("wait for the guest's %s: %w", check, err)
		}
		if msg.Error != "" {
			return m, errors.New(msg.Error)
		}
		if check == "overhead" {
			err = json.Unmarshal(msg.Facts, &m)
			return m, err
		}
	}
	return m, nil
}
