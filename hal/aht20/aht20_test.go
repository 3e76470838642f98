package aht20_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/aht20"
	"github.com/dunlin-iot/dunlin/hal/aht20/aht20test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

func source(bus *chiptest.Bus) *poll.Source {
	return aht20.New(aht20.Config{
		Bus: bus.Open, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *aht20test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x38: c})
}

type rig = polltest.Rig[*aht20test.Chip]

func TestDriver(t *testing.T) {
	polltest.Run(t, polltest.Subject[*aht20test.Chip]{
		Address: 0x38, Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Chip: aht20test.New, Plug: plugged, Source: source,
		Change: func(c *aht20test.Chip) { c.SetAir(-10, 80) }, Changed: []float64{-10, 80}, Within: []float64{0.01, 0.01},
		Beyond: func(c *aht20test.Chip) { c.SetRaw(0, 0) }, // -50 Cel, as of a broken line in the chip
		Faults: []polltest.Fault[*aht20test.Chip]{
			polltest.Absent("never calibrated", "not calibrated", func(r rig) { r.Chip.Die() }),
			polltest.Useless("wrong checksum", "checksum", func(r rig) { r.Chip.WrongCRC(true) }),
			polltest.Useless("still measuring", "busy for too long", func(r rig) { r.Chip.Convert(time.Hour) }),
		},
	})
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
		blocks, _ := haltest.Collect(t, source(plugged(chip)), 1, nil)
		haltest.Near(t, "temperature", blocks[0].Values[0], c.celsius, 0.0001)
		haltest.Near(t, "humidity", blocks[0].Values[1], c.percent, 0.0001)
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
	blocks, _ := haltest.Collect(t, aht20.New(aht20.Config{Bus: bus.Open, Where: "i2c-1", Convert: time.Millisecond}), 1, nil)
	haltest.Near(t, "temperature", blocks[0].Values[0], 19.4458, 0.0001)
	haltest.Near(t, "humidity", blocks[0].Values[1], 45.8282, 0.0001)
}

func TestInitialises(t *testing.T) {
	c := aht20test.New()
	c.Forget()
	blocks, _ := haltest.Collect(t, source(plugged(c)), 1, nil)
	haltest.Near(t, "humidity", blocks[0].Values[1], 45, 0.001)
}

func TestLostCalibration(t *testing.T) {
	c := aht20test.New()
	haltest.Ends(t, source(plugged(c)), 1, "lost its calibration", func(int) { c.Forget() })
}

func TestImpossibleAddress(t *testing.T) {
	haltest.EmitsNothing(t, aht20.New(aht20.Config{Address: 0x39}), "0x38", false)
}
