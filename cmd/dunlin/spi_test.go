package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/adxl345/adxl345test"
	"github.com/dunlin-iot/dunlin/hal/bme280"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
	"github.com/dunlin-iot/dunlin/hal/spidev"
	"github.com/dunlin-iot/dunlin/hal/spidev/spidevtest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

// TestChipsOnSPI: from a line of the configuration to a sample, through the SPI port and a kernel with a chip on it. A
// chip at rest feels 1 g upwards. Clocks are at most those of the data sheets, in mode 3.
func TestChipsOnSPI(t *testing.T) {
	for driver, c := range map[string]struct {
		model chiptest.Model
		mask  uint8
		clock uint32
	}{
		"adxl345": {adxl345test.New(adxl345test.Config{}), 0x3f, 1_500_000},
		"lsm6ds":  {lsm6dstest.New(lsm6dstest.Config{}), 0x7f, 10_000_000},
	} {
		t.Run(driver, func(t *testing.T) {
			wire := chiptest.NewPort(c.model, c.mask)
			kernel := &spidevtest.Kernel{Chip: func(in, out []byte) {
				if err := wire.Tx(in, out); err != nil {
					t.Error(err)
				}
			}}
			src := onSPI(t, kernel, driver)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var sample []float32
			err := src.Run(ctx, func(b hal.Block) {
				sample = append(sample[:0], b.Values[:b.Channels]...)
				cancel()
			})
			if err != nil || len(sample) < 3 || math.Abs(float64(sample[2])-9.80665) > 0.05 || math.Abs(float64(sample[0])) > 0.05 {
				t.Errorf("%v, %v; want 1 g upwards", sample, err)
			}
			if modes := kernel.Modes(); len(modes) != 1 || modes[0] != 3 {
				t.Errorf("modes %v, want 3", modes)
			}
			if speed := kernel.Transfers()[0].Speed; speed != c.clock {
				t.Errorf("a clock of %d Hz, want %d", speed, c.clock)
			}
			if n := kernel.Files(); n != 0 {
				t.Errorf("%d files left open", n)
			}
		})
	}
}

// TestBME280OnSPI: at a tenth of the clock that its data sheet allows (table 34), in mode 0; the worked example.
func TestBME280OnSPI(t *testing.T) {
	wire := chiptest.NewPort(bme280test.New().SPI(), 0x7f)
	kernel := &spidevtest.Kernel{Chip: func(in, out []byte) {
		if err := wire.Tx(in, out); err != nil {
			t.Error(err)
		}
	}}
	h, c := machineOnSPI(t, kernel, "bme280")
	var text bytes.Buffer
	h.tap = traffic.NewRecorder(&text, c.Name, h.clock.Boot)
	first := func(src hal.Source) (sample []float32) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := src.Run(ctx, func(b hal.Block) {
			sample = append(sample[:0], b.Values...)
			cancel()
		})
		if err != nil {
			t.Error(err)
		}
		return sample
	}
	sample := first(h.source(c))
	if len(sample) != 3 || math.Abs(float64(sample[0])-25.08) > 0.01 {
		t.Errorf("%v; want 25.08 Cel first", sample)
	}
	if modes := kernel.Modes(); len(modes) != 1 || modes[0] != 0 || kernel.Transfers()[0].Speed != 1_000_000 || kernel.Files() != 0 {
		t.Errorf("modes %v, %d Hz, %d files left open", modes, kernel.Transfers()[0].Speed, kernel.Files())
	}
	if n, err := h.tap.Close(); n != len(kernel.Transfers()) || err != nil {
		t.Errorf("%d transfers written of %d, %v", n, len(kernel.Transfers()), err)
	}
	recorded, err := traffic.Read("c.txt", &text)
	if err != nil {
		t.Fatal(err)
	}
	port := func() (spi.PortCloser, error) { return chiptest.NewPlayback(recorded).Port("spidev0.0"), nil }
	if again := first(bme280.New(bme280.Config{SPI: port, Where: "spidev0.0"})); !slices.Equal(again, sample) {
		t.Errorf("from the written traffic %v, from the chip %v", again, sample)
	}
}

// onSPI is the source of a chip on a machine whose only device is spidev0.0.
func onSPI(t *testing.T, kernel *spidevtest.Kernel, driver string) hal.Source {
	t.Helper()
	h, c := machineOnSPI(t, kernel, driver)
	return h.source(c)
}

func machineOnSPI(t *testing.T, kernel *spidevtest.Kernel, driver string) (*hardware, config.SourceConfig) {
	t.Helper()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "dev"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "dev", "spidev0.0"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	text := "device: {id: test}\nsources:\n  chip: {driver: " + driver + ", spi: /dev/spidev0.0}\n"
	cfg, err := config.Parse("/nowhere", "", config.Text{Name: "c.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(nil, io.Discard, io.Discard)
	a.getenv = func(string) string { return "" }
	h := newHardware(a.deps())
	h.board = board.New(board.Config{Root: root, SPI: spidev.Config{Open: kernel.Open}})
	t.Cleanup(h.close)
	return h, cfg.Sources[0]
}
