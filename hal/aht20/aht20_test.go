package aht20_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/aht20"
	"github.com/dunlin-iot/dunlin/hal/aht20/aht20test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/traffic"
	"periph.io/x/conn/v3/i2c"
)

func source(bus *chiptest.Bus) *poll.Source {
	return aht20.New(aht20.Config{
		Bus: func() (i2c.BusCloser, error) { return bus, nil }, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *aht20test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x38: c})
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Endless:  func(*testing.T) hal.Source { return source(plugged(aht20test.New())) },
		Absent:   func(*testing.T) hal.Source { return source(chiptest.New(nil)) },
		Broken: func(*testing.T) hal.Source {
			bus, n := plugged(aht20test.New()), 0
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

// TestWords: T = 200 n/2^20 - 50 and RH = 100 n/2^20 (data sheet, sections 6.1 and 6.2), by hand.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		temperature, humidity uint32
		celsius, percent      float64
	}{
		{1 << 19, 1 << 19, 50, 50},
		{1 << 18, 0, 0, 0},
		{0x60000, 1 << 18, 25, 25},
		{0x10000, 0xfffff, -37.5, 100},
	} {
		chip := aht20test.New()
		chip.SetRaw(c.temperature, c.humidity)
		blocks, _ := run(t, source(plugged(chip)), 1, nil)
		near(t, "temperature", blocks[0].Values[0], c.celsius, 0.0001)
		near(t, "humidity", blocks[0].Values[1], c.percent, 0.0001)
	}
}

// TestRealChip: what AHT20s have sent: the frame of the tests of periph's aht20 (devices/v3 3.7.4), whose checksum is the
// chip's own. 0x75520 of 2^20 is 45.8282 %, 0x58e40 is 19.4458 Cel.
func TestRealChip(t *testing.T) {
	bus := chiptest.NewPlayback([]traffic.Transfer{
		{Address: 0x38, Write: []byte{0x71}, Read: []byte{0x18}},
		{Address: 0x38, Write: []byte{0xac, 0x33, 0x00}},
		{Address: 0x38, Read: []byte{0x18, 0x75, 0x52, 0x05, 0x8e, 0x40, 0x7f}},
	})
	cfg := aht20.Config{Convert: time.Millisecond}
	cfg.Bus, cfg.Where = func() (i2c.BusCloser, error) { return bus, nil }, "i2c-1"
	blocks, _ := run(t, aht20.New(cfg), 1, nil)
	near(t, "temperature", blocks[0].Values[0], 19.4458, 0.0001)
	near(t, "humidity", blocks[0].Values[1], 45.8282, 0.0001)
}

func TestRefusedTransfersAreAGap(t *testing.T) {
	c := aht20test.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 3, func(i int) {
		if i == 1 {
			bus.Refuse(0x38, 3)
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
		spoil  func(*aht20test.Chip)
		want   string
		absent bool
	}{
		{"never calibrated", func(c *aht20test.Chip) { c.Die() }, "not calibrated", true},
		{"wrong checksum", func(c *aht20test.Chip) { c.WrongCRC(true) }, "checksum", false},
		{"still measuring", func(c *aht20test.Chip) { c.Convert(time.Hour) }, "busy for too long", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			chip := aht20test.New()
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
	c := aht20test.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 2, func(i int) {
		if i > 1 {
			return
		}
		c.SetRaw(0, 0) // -50 Cel
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

func TestInitialises(t *testing.T) {
	c := aht20test.New()
	c.Forget()
	blocks, _ := run(t, source(plugged(c)), 1, nil)
	near(t, "humidity", blocks[0].Values[1], 45, 0.001)
}

func TestLostCalibration(t *testing.T) {
	c := aht20test.New()
	err := source(plugged(c)).Run(t.Context(), func(hal.Block) { c.Forget() })
	if err == nil || !strings.Contains(err.Error(), "lost its calibration") {
		t.Errorf("%v", err)
	}
}

func TestImpossibleAddress(t *testing.T) {
	err := aht20.New(aht20.Config{Address: 0x39}).Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "0x38") {
		t.Errorf("%v", err)
	}
}
