package iio_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/iio/iiotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var climate = []hal.Channel{{Name: "humidity", Unit: "%"}, {Name: "pressure", Unit: "Pa"}, {Name: "temperature", Unit: "Cel"}}

func TestPolledContract(t *testing.T) {
	make := func(t *testing.T) *iiotest.Tree {
		tree := iiotest.New(t)
		tree.Add("iio:device0", iiotest.Climate())
		return tree
	}
	polled := func(tree *iiotest.Tree) *iio.Polled {
		return iio.NewPolled(iio.Config{Device: "bme280", Root: tree.Root, Every: time.Millisecond})
	}
	haltest.Run(t, haltest.Subject{
		Channels: climate,
		Endless:  func(t *testing.T) hal.Source { return polled(make(t)) },
		Broken: func(t *testing.T) hal.Source {
			tree := make(t)
			return &breaks{Polled: polled(tree), by: func() { tree.Set("iio:device0", "in_temp_input", "no number") }}
		},
		Absent: func(t *testing.T) hal.Source { return polled(iiotest.New(t)) },
	})
}

// breaks breaks a source after its first block.
type breaks struct {
	*iio.Polled
	by func()
}

func (b *breaks) Run(ctx context.Context, emit func(hal.Block)) error {
	return b.Polled.Run(ctx, func(block hal.Block) {
		b.by()
		emit(block)
	})
}

// first runs a source until n blocks have come and returns copies.
func first(t *testing.T, src hal.Source, n int) []hal.Block {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var list []hal.Block
	if err := src.Run(ctx, func(b hal.Block) {
		if b.Values = slices.Clone(b.Values); len(list) < n {
			list = append(list, b)
		}
		if len(list) == n {
			cancel()
		}
	}); err != nil {
		t.Fatal(err)
	}
	if len(list) < n {
		t.Fatalf("%d blocks, want %d", len(list), n)
	}
	return list
}

// TestUnits: the kernel's units become hal's. The BME280 values are those of the example registers in its data sheet.
func TestUnits(t *testing.T) {
	tree := iiotest.New(t)
	tree.Add("iio:device0", iiotest.Climate())
	tree.Add("iio:device1", iiotest.IMU())
	tree.Add("iio:device2", map[string]string{
		"name": "odd", "in_temp_raw": "1000", "in_temp_offset": "-600", "in_temp_scale": "62.5", // (1000 - 600) * 62.5 mCel
		"in_magn_x_raw": "1000", "in_magn_scale": "0.001", // 1 gauss
		"in_concentration_co2_raw": "415", "in_concentration_co2_scale": "0.0001", // 0.0415 per cent
		"in_voltage0-voltage1_raw": "-8", "in_voltage-voltage_scale": "2",
	})
	for _, c := range []struct {
		device string
		names  []string
		want   []float64
	}{
		{"bme280", nil, []float64{49.654, 100653, 25.08}},
		{"bme280", []string{"temp", "pressure"}, []float64{25.08, 100653}},
		{"lsm6dsox_accel", []string{"az", "accel_x"}, []float64{16398 * 0.000598, -16 * 0.000598}},
		{"odd", []string{"temp", "mx", "co2", "voltage0_1"}, []float64{25, 1e-4, 415, -0.016}},
	} {
		src := iio.NewPolled(iio.Config{Device: c.device, Channels: c.names, Root: tree.Root, Every: time.Millisecond})
		got := first(t, src, 1)[0].Values
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.device, got, c.want)
			continue
		}
		for i := range got {
			if !close32(got[i], c.want[i]) {
				t.Errorf("%s: %s is %v, want %v", c.device, src.Channels()[i].Name, got[i], c.want[i])
			}
		}
	}
}

// TestComesLater: a device that is not there when the agent starts is met when it is; what the configuration tells of
// its channels is known before.
func TestComesLater(t *testing.T) {
	tree := iiotest.New(t)
	blind := iio.NewPolled(iio.Config{Device: "bme280", Root: tree.Root, Every: time.Millisecond})
	told := iio.NewPolled(iio.Config{Device: "bme280", Root: tree.Root, Every: time.Millisecond, Channels: []string{"temp"}})
	if blind.Channels() != nil || !slices.Equal(told.Channels(), climate[2:]) {
		t.Errorf("channels %v and %v", blind.Channels(), told.Channels())
	}
	var gone *hal.AbsentError
	for _, s := range []*iio.Polled{blind, told} {
		if err := s.Run(t.Context(), func(hal.Block) {}); !errors.As(err, &gone) || !strings.Contains(gone.Fix, "no IIO device") {
			t.Errorf("before it is there: %v", err)
		}
	}
	tree.Add("iio:device0", iiotest.Climate())
	if got := first(t, blind, 1)[0].Values; len(got) != 3 || !slices.Equal(blind.Channels(), climate) {
		t.Errorf("values %v of %v", got, blind.Channels())
	}
	if got := first(t, told, 1)[0].Values; len(got) != 1 {
		t.Errorf("values %v", got)
	}
}

func TestTwoOfAName(t *testing.T) {
	tree := iiotest.New(t)
	tree.At("iio:device0", "1-0076", iiotest.Climate())
	tree.At("iio:device1", "1-0077", iiotest.Climate())
	tree.Set("iio:device1", "in_temp_input", "-5000")
	cfg := iio.Config{Device: "bme280", Root: tree.Root, Every: time.Millisecond, Channels: []string{"temp"}}
	err := iio.NewPolled(cfg).Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "1-0076") || !strings.Contains(err.Error(), "1-0077") {
		t.Errorf("%v, want both places named", err)
	}
	cfg.Parent = "1-0077"
	if got := first(t, iio.NewPolled(cfg), 1)[0].Values; got[0] != -5 {
		t.Errorf("at 1-0077: %v", got)
	}
}

func TestUnpluggedWhilePolled(t *testing.T) {
	tree := iiotest.New(t)
	tree.Add("iio:device0", iiotest.Climate())
	src := iio.NewPolled(iio.Config{Device: "bme280", Root: tree.Root, Every: time.Millisecond})
	first(t, src, 1)
	if err := os.RemoveAll(filepath.Join(tree.Root, "iio:device0")); err != nil {
		t.Fatal(err)
	}
	var gone *hal.AbsentError
	if err := src.Run(t.Context(), func(hal.Block) {}); !errors.As(err, &gone) || src.Health().State != hal.Absent {
		t.Errorf("%v, %v", err, src.Health().State)
	}
}
