package scd4x_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/scd4x"
	"github.com/dunlin-iot/dunlin/hal/scd4x/scd4xtest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
	"periph.io/x/conn/v3/i2c"
)

// timing is a chip more than a thousand times as fast as a real one.
var timing = scd4x.Timing{Period: 2 * time.Millisecond, Wake: 10 * time.Microsecond, Stop: 200 * time.Microsecond, Fetch: time.Microsecond}

func source(bus *chiptest.Bus) *poll.Source {
	return scd4x.New(scd4x.Config{Bus: func() (i2c.BusCloser, error) { return bus, nil }, Where: "i2c-1", Timing: timing})
}

func plugged(c *scd4xtest.Chip) *chiptest.Bus {
	c.Timing(2*time.Millisecond, 150*time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x62: c})
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "co2", Unit: "ppm"}, {Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Endless:  func(*testing.T) hal.Source { return source(plugged(scd4xtest.New())) },
		Absent:   func(*testing.T) hal.Source { return source(chiptest.New(nil)) },
		Broken: func(*testing.T) hal.Source {
			bus, n := plugged(scd4xtest.New()), 0
			bus.Fault(func(uint16) error {
				if n++; n > 30 {
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

// TestWords: the data sheet's example of read_measurement is 0x01f4 0x6667 0x5eb9: 500 ppm, 25 Cel, 37 %.
func TestWords(t *testing.T) {
	chip := scd4xtest.New()
	chip.SetRaw(0x01f4, 0x6667, 0x5eb9)
	blocks, _ := run(t, source(plugged(chip)), 1, nil)
	near(t, "co2", blocks[0].Values[0], 500, 0)
	near(t, "temperature", blocks[0].Values[1], 25, 0.003)
	near(t, "humidity", blocks[0].Values[2], 37, 0.003)
}

// TestRealChip: what an SCD41 has sent, recorded by the tests of periph's scd4x (devices/v3 3.7.4): not ready, ready,
// 0x022c is 556 ppm, 0x670d is 25.446 Cel, 0x4d08 is 30.091 %.
func TestRealChip(t *testing.T) {
	bus := chiptest.NewPlayback([]traffic.Transfer{
		{Address: 0x62, Write: []byte{0x36, 0xf6}},
		{Address: 0x62, Write: []byte{0x3f, 0x86}},
		{Address: 0x62, Write: []byte{0x36, 0x82}},
		{Address: 0x62, Read: []byte{0x73, 0xb1, 0x19, 0xeb, 0x07, 0x7a, 0x3b, 0x0c, 0x54}},
		{Address: 0x62, Write: []byte{0x21, 0xb1}},
		{Address: 0x62, Write: []byte{0xe4, 0xb8}},
		{Address: 0x62, Read: []byte{0x80, 0x00, 0xa2}},
		{Address: 0x62, Write: []byte{0xe4, 0xb8}},
		{Address: 0x62, Read: []byte{0x80, 0x06, 0x04}},
		{Address: 0x62, Write: []byte{0xec, 0x05}},
		{Address: 0x62, Read: []byte{0x02, 0x2c, 0xa3, 0x67, 0x0d, 0x36, 0x4d, 0x08, 0xf1}},
	})
	cfg := scd4x.Config{Timing: timing}
	cfg.Bus, cfg.Where = func() (i2c.BusCloser, error) { return bus, nil }, "i2c-1"
	blocks, _ := run(t, scd4x.New(cfg), 1, nil)
	near(t, "co2", blocks[0].Values[0], 556, 0)
	near(t, "temperature", blocks[0].Values[1], 25.446, 0.001)
	near(t, "humidity", blocks[0].Values[2], 30.091, 0.001)
}

func TestRefusedTransfersAreAGap(t *testing.T) {
	c := scd4xtest.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 3, func(i int) {
		if i == 1 {
			bus.Refuse(0x62, 3)
			c.SetAir(1200, -5, 80)
		}
	})
	if !blocks[1].Discont || h.Skipped != 3 {
		t.Errorf("gap %v, skipped %d, want a gap of 3", blocks[1].Discont, h.Skipped)
	}
	near(t, "co2 of the present", blocks[2].Values[0], 1200, 0)
	near(t, "temperature of the present", blocks[2].Values[1], -5, 0.01)
	near(t, "humidity of the present", blocks[2].Values[2], 80, 0.01)
}

// TestNothingUsefulIsEmitted: a run that must end with an error and emit nothing.
func TestNothingUsefulIsEmitted(t *testing.T) {
	for _, c := range []struct {
		name   string
		spoil  func(*scd4xtest.Chip)
		want   string
		absent bool
	}{
		{"another chip", func(c *scd4xtest.Chip) { c.WrongCRC(true) }, "serial number", true},
		{"does not measure", func(c *scd4xtest.Chip) { c.Deafen() }, "does not measure", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			chip := scd4xtest.New()
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

func TestWrongChecksum(t *testing.T) {
	c := scd4xtest.New()
	blocks := 0
	err := source(plugged(c)).Run(t.Context(), func(hal.Block) {
		blocks++
		c.WrongCRC(true)
	})
	if err == nil || !strings.Contains(err.Error(), "checksum") || blocks != 1 {
		t.Errorf("%v after %d blocks", err, blocks)
	}
}

// TestOutOfRange: words of zero with right checksums are judged useless.
func TestOutOfRange(t *testing.T) {
	c := scd4xtest.New()
	c.SetRaw(0, 0, 0) // -45 Cel
	s := source(plugged(c))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for s.Health().Skipped < 3 && ctx.Err() == nil {
			runtime.Gosched()
		}
		c.SetAir(500, 20, 50)
	}()
	if err := s.Run(ctx, func(b hal.Block) {
		near(t, "temperature", b.Values[1], 20, 0.01)
		cancel()
	}); err != nil {
		t.Error(err)
	}
}

// TestWhateverItDoes: asleep, or still measuring after an agent that was killed.
func TestWhateverItDoes(t *testing.T) {
	for name, was := range map[string]func(*scd4xtest.Chip){"asleep": (*scd4xtest.Chip).Sleep, "measuring": (*scd4xtest.Chip).Start} {
		c := scd4xtest.New()
		bus := plugged(c)
		was(c)
		blocks, _ := run(t, source(bus), 1, nil)
		near(t, name, blocks[0].Values[0], 600, 0)
		if c.Measuring() {
			t.Errorf("%s: it measures on after the run", name)
		}
	}
}

// TestNeverTwice: polls faster than the chip's clock wait for a new measurement.
func TestNeverTwice(t *testing.T) {
	c := scd4xtest.New()
	bus := plugged(c)
	c.Timing(5*time.Millisecond, 150*time.Microsecond)
	c.Climb()
	s := scd4x.New(scd4x.Config{
		Bus: func() (i2c.BusCloser, error) { return bus, nil }, Every: 4 * time.Millisecond,
		Timing: scd4x.Timing{Period: 4 * time.Millisecond, Wake: time.Microsecond, Stop: 200 * time.Microsecond, Fetch: time.Microsecond},
	})
	blocks, _ := run(t, s, 10, nil)
	for i, b := range blocks[1:] {
		if b.Values[0] <= blocks[i].Values[0] {
			t.Errorf("sample %d is %v ppm after %v: read twice", i+1, b.Values[0], blocks[i].Values[0])
		}
	}
}

func TestAltitude(t *testing.T) {
	c := scd4xtest.New()
	bus := plugged(c)
	run(t, scd4x.New(scd4x.Config{Bus: func() (i2c.BusCloser, error) { return bus, nil }, Timing: timing, Altitude: 1950}), 1, nil)
	if c.Altitude() != 1950 {
		t.Errorf("altitude %d", c.Altitude())
	}
}

func TestImpossibleConfig(t *testing.T) {
	for want, cfg := range map[string]scd4x.Config{
		"0x62":                    {Address: 0x61},
		"cannot be read every 2s": {Every: 2 * time.Second},
		"measures once in 30s":    {Every: 10 * time.Second, LowPower: true},
		"altitude is 0 to 3000 m": {Altitude: 8848},
		"no bus is configured":    {},
	} {
		if err := scd4x.New(cfg).Run(t.Context(), func(hal.Block) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
