package hdc302x_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/hdc302x"
	"github.com/dunlin-iot/dunlin/hal/hdc302x/hdc302xtest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/traffic"
	"periph.io/x/conn/v3/i2c"
)

func source(bus *chiptest.Bus) *poll.Source {
	return hdc302x.New(hdc302x.Config{
		Bus: func() (i2c.BusCloser, error) { return bus, nil }, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *hdc302xtest.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x44: c})
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Endless:  func(*testing.T) hal.Source { return source(plugged(hdc302xtest.New())) },
		Absent:   func(*testing.T) hal.Source { return source(chiptest.New(nil)) },
		Broken: func(*testing.T) hal.Source {
			bus, n := plugged(hdc302xtest.New()), 0
			bus.Fault(func(uint16) error {
				if n++; n > 20 {
					return syscall.EIO
				}
				return nil
			})
			return source(bus)
		},
	})
}

// run collects n blocks; after may change the world when a block has come.
func run(t *testing.T, s *poll.Source, n int, after func(i int)) (blocks []hal.Block, h hal.Health) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := s.Run(ctx, func(b hal.Block) {
		b.Values = append([]float32(nil), b.Values...)
		if blocks = append(blocks, b); after != nil {
			after(len(blocks))
		}
		if h = s.Health(); len(blocks) == n {
			cancel()
		}
	})
	if err != nil || len(blocks) < n {
		t.Fatalf("%d blocks, %v, want %d", len(blocks), err, n)
	}
	return blocks[:n], h
}

func near(t *testing.T, what string, got float32, want, within float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > within {
		t.Errorf("%s %v, want %v ± %v", what, got, want, within)
	}
}

// TestWords: T = -45 + 175 n/65535 and RH = 100 n/65535 (data sheet, equations 1 and 3), by hand.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		temperature, humidity uint16
		celsius, percent      float64
	}{
		{0x6666, 0x8000, 25, 50.0008},
		{0x41dc, 0x0000, 0.0219, 0},
		{0xf8ae, 0xffff, 124.9984, 100},
	} {
		chip := hdc302xtest.New()
		chip.SetRaw(c.temperature, c.humidity)
		blocks, _ := run(t, source(plugged(chip)), 1, nil)
		near(t, "temperature", blocks[0].Values[0], c.celsius, 0.005)
		near(t, "humidity", blocks[0].Values[1], c.percent, 0.001)
	}
}

// TestRealChip: what an HDC3022 has sent, recorded by the tests of periph's hdc302x (devices/v3 3.7.4): 0x68c5 is
// 26.621 Cel, 0x3b82 is 23.246 %.
func TestRealChip(t *testing.T) {
	bus := chiptest.NewPlayback([]traffic.Transfer{
		{Address: 0x44, Write: []byte{0x30, 0x93}},
		{Address: 0x44, Write: []byte{0x37, 0x81}, Read: []byte{0x30, 0x00, 0x33}},
		{Address: 0x44, Write: []byte{0x30, 0x66}},
		{Address: 0x44, Write: []byte{0x24, 0x00}},
		{Address: 0x44, Read: []byte{0x68, 0xc5, 0x51, 0x3b, 0x82, 0x31}},
	})
	cfg := hdc302x.Config{Convert: time.Millisecond}
	cfg.Bus, cfg.Where = func() (i2c.BusCloser, error) { return bus, nil }, "i2c-1"
	blocks, _ := run(t, hdc302x.New(cfg), 1, nil)
	near(t, "temperature", blocks[0].Values[0], 26.621, 0.001)
	near(t, "humidity", blocks[0].Values[1], 23.246, 0.001)
}

func TestRefusedTransfersAreAGap(t *testing.T) {
	c := hdc302xtest.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 3, func(i int) {
		if i == 1 {
			bus.Refuse(0x44, 3)
			c.SetAir(-10, 80)
		}
	})
	if !blocks[1].Discont || h.Skipped != 3 {
		t.Errorf("gap %v, skipped %d, want a gap of 3", blocks[1].Discont, h.Skipped)
	}
	near(t, "temperature after the gap", blocks[1].Values[0], -10, 0.01)
	near(t, "humidity after the gap", blocks[1].Values[1], 80, 0.01)
}

// TestNothingUsefulIsEmitted: a run that must end with an error and emit nothing.
func TestNothingUsefulIsEmitted(t *testing.T) {
	for _, c := range []struct {
		name   string
		spoil  func(*hdc302xtest.Chip)
		want   string
		absent bool
	}{
		{"another maker's chip", func(c *hdc302xtest.Chip) { c.SetManufacturer(0x1234) }, "0x1234", true},
		{"wrong checksum", func(c *hdc302xtest.Chip) { c.WrongCRC(true) }, "checksum", false},
		{"still measuring", func(c *hdc302xtest.Chip) { c.Convert(time.Hour) }, "device or address", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			chip := hdc302xtest.New()
			bus := plugged(chip)
			c.spoil(chip)
			err := source(bus).Run(t.Context(), func(b hal.Block) { t.Errorf("emitted %v", b.Values) })
			var gone *hal.AbsentError
			if err == nil || errors.As(err, &gone) != c.absent || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if bus.Closed() != 1 {
				t.Errorf("bus closed %d times", bus.Closed())
			}
		})
	}
}

// TestOutOfRange: words at the end of the scale, as of a broken line in the chip, are judged useless.
func TestOutOfRange(t *testing.T) {
	c := hdc302xtest.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 2, func(i int) {
		if i > 1 {
			return
		}
		c.SetRaw(0, 0) // -45 Cel
		left := 6      // transfers: three measurements
		bus.Fault(func(uint16) error {
			if left--; left < 0 {
				c.SetAir(20, 50)
			}
			return nil
		})
	})
	near(t, "temperature", blocks[1].Values[0], 20, 0.01)
	if h.Skipped != 3 || !blocks[1].Discont {
		t.Errorf("skipped %d, gap %v, want 3 and a gap", h.Skipped, blocks[1].Discont)
	}
}

// TestBusyAtFirst: a measurement that somebody started just before the driver came.
func TestBusyAtFirst(t *testing.T) {
	c := hdc302xtest.New()
	bus := plugged(c)
	bus.Refuse(0x44, 1)
	blocks, h := run(t, source(bus), 1, nil)
	near(t, "temperature", blocks[0].Values[0], 23, 0.01)
	if h.Skipped != 0 {
		t.Errorf("skipped %d", h.Skipped)
	}
}

func TestHeaterIsSwitchedOff(t *testing.T) {
	c := hdc302xtest.New()
	c.Heat()
	run(t, source(plugged(c)), 1, nil)
	if c.Heating() {
		t.Error("the heater is on while the chip measures the air")
	}
}

func TestImpossibleAddress(t *testing.T) {
	err := hdc302x.New(hdc302x.Config{Address: 0x76}).Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "0x44 to 0x47") {
		t.Errorf("%v", err)
	}
}
