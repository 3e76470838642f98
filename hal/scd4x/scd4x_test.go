package scd4x_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
	"github.com/dunlin-iot/dunlin/hal/scd4x"
	"github.com/dunlin-iot/dunlin/hal/scd4x/scd4xtest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

// timing is a chip more than a thousand times as fast as a real one.
var timing = scd4x.Timing{Period: 2 * time.Millisecond, Wake: 10 * time.Microsecond, Stop: 200 * time.Microsecond, Fetch: time.Microsecond}

func source(bus *chiptest.Bus) *poll.Source {
	return scd4x.New(scd4x.Config{Bus: bus.Open, Where: "i2c-1", Timing: timing})
}

func plugged(c *scd4xtest.Chip) *chiptest.Bus {
	c.Timing(2*time.Millisecond, 150*time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x62: c})
}

type rig = polltest.Rig[*scd4xtest.Chip]

func TestDriver(t *testing.T) {
	polltest.Run(t, polltest.Subject[*scd4xtest.Chip]{
		Address: 0x62, Channels: []hal.Channel{{Name: "co2", Unit: "ppm"}, {Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Chip: scd4xtest.New, Plug: plugged, Source: source,
		Change: func(c *scd4xtest.Chip) { c.SetAir(1200, -5, 80) }, Changed: []float64{1200, -5, 80}, Within: []float64{0, 0.01, 0.01}, Behind: 1,
		Beyond: func(c *scd4xtest.Chip) { c.SetRaw(0, 0x6667, 0x5eb9) }, // invalid: 0 ppm, 25 Cel, 37 %
		Faults: []polltest.Fault[*scd4xtest.Chip]{
			polltest.Absent("another chip", "serial number", func(r rig) { r.Chip.WrongCRC(true) }),
			polltest.Useless("does not measure", "does not measure", func(r rig) { r.Chip.Deafen() }),
		},
	})
}

// TestWords: the data sheet's example of read_measurement is 0x01f4 0x6667 0x5eb9: 500 ppm, 25 Cel, 37 %.
func TestWords(t *testing.T) {
	chip := scd4xtest.New()
	chip.SetRaw(0x01f4, 0x6667, 0x5eb9)
	blocks, _ := haltest.Collect(t, source(plugged(chip)), 1, nil)
	haltest.Near(t, "co2", blocks[0].Values[0], 500, 0)
	haltest.Near(t, "temperature", blocks[0].Values[1], 25, 0.003)
	haltest.Near(t, "humidity", blocks[0].Values[2], 37, 0.003)
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
	blocks, _ := haltest.Collect(t, scd4x.New(scd4x.Config{Bus: bus.Open, Where: "i2c-1", Timing: timing}), 1, nil)
	haltest.Near(t, "co2", blocks[0].Values[0], 556, 0)
	haltest.Near(t, "temperature", blocks[0].Values[1], 25.446, 0.001)
	haltest.Near(t, "humidity", blocks[0].Values[2], 30.091, 0.001)
}

func TestWrongChecksum(t *testing.T) {
	c := scd4xtest.New()
	haltest.Ends(t, source(plugged(c)), 1, "checksum", func(int) { c.WrongCRC(true) })
}

// TestWhateverItDoes: asleep, or still measuring after an agent that was killed.
func TestWhateverItDoes(t *testing.T) {
	for name, was := range map[string]func(*scd4xtest.Chip){"asleep": (*scd4xtest.Chip).Sleep, "measuring": (*scd4xtest.Chip).Start} {
		c := scd4xtest.New()
		bus := plugged(c)
		was(c)
		blocks, _ := haltest.Collect(t, source(bus), 1, nil)
		haltest.Near(t, name, blocks[0].Values[0], 600, 0)
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
		Bus: bus.Open, Every: 4 * time.Millisecond,
		Timing: scd4x.Timing{Period: 4 * time.Millisecond, Wake: time.Microsecond, Stop: 200 * time.Microsecond, Fetch: time.Microsecond},
	})
	blocks, _ := haltest.Collect(t, s, 10, nil)
	for i, b := range blocks[1:] {
		if b.Values[0] <= blocks[i].Values[0] {
			t.Errorf("sample %d is %v ppm after %v: read twice", i+1, b.Values[0], blocks[i].Values[0])
		}
	}
}

func TestAltitude(t *testing.T) {
	c := scd4xtest.New()
	bus := plugged(c)
	haltest.Collect(t, scd4x.New(scd4x.Config{Bus: bus.Open, Timing: timing, Altitude: 1950}), 1, nil)
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
		haltest.EmitsNothing(t, scd4x.New(cfg), want, false)
	}
}
