package hdc302x_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/hdc302x"
	"github.com/dunlin-iot/dunlin/hal/hdc302x/hdc302xtest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

func source(bus *chiptest.Bus) *poll.Source {
	return hdc302x.New(hdc302x.Config{
		Bus: bus.Open, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *hdc302xtest.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x44: c})
}

type rig = polltest.Rig[*hdc302xtest.Chip]

func TestDriver(t *testing.T) {
	polltest.Run(t, polltest.Subject[*hdc302xtest.Chip]{
		Address: 0x44, Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Chip: hdc302xtest.New, Plug: plugged, Source: source,
		Change: func(c *hdc302xtest.Chip) { c.SetAir(-10, 80) }, Changed: []float64{-10, 80}, Within: []float64{0.01, 0.01},
		Beyond: func(c *hdc302xtest.Chip) { c.SetRaw(0, 0) }, // -45 Cel, as of a broken line in the chip
		Faults: []polltest.Fault[*hdc302xtest.Chip]{
			polltest.Absent("another maker's chip", "0x1234", func(r rig) { r.Chip.SetManufacturer(0x1234) }),
			polltest.Useless("wrong checksum", "checksum", func(r rig) { r.Chip.WrongCRC(true) }),
			polltest.Useless("still measuring", "device or address", func(r rig) { r.Chip.Convert(time.Hour) }),
		},
	})
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
		blocks, _ := haltest.Collect(t, source(plugged(chip)), 1, nil)
		haltest.Near(t, "temperature", blocks[0].Values[0], c.celsius, 0.005)
		haltest.Near(t, "humidity", blocks[0].Values[1], c.percent, 0.001)
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
	blocks, _ := haltest.Collect(t, hdc302x.New(hdc302x.Config{Bus: bus.Open, Where: "i2c-1", Convert: time.Millisecond}), 1, nil)
	haltest.Near(t, "temperature", blocks[0].Values[0], 26.621, 0.001)
	haltest.Near(t, "humidity", blocks[0].Values[1], 23.246, 0.001)
}

// TestBusyAtFirst: a measurement that somebody started just before the driver came.
func TestBusyAtFirst(t *testing.T) {
	c := hdc302xtest.New()
	bus := plugged(c)
	bus.Refuse(0x44, 1)
	blocks, h := haltest.Collect(t, source(bus), 1, nil)
	haltest.Near(t, "temperature", blocks[0].Values[0], 23, 0.01)
	if h.Skipped != 0 {
		t.Errorf("skipped %d", h.Skipped)
	}
}

func TestHeaterIsSwitchedOff(t *testing.T) {
	c := hdc302xtest.New()
	c.Heat()
	haltest.Collect(t, source(plugged(c)), 1, nil)
	if c.Heating() {
		t.Error("the heater is on while the chip measures the air")
	}
}

func TestImpossibleAddress(t *testing.T) {
	haltest.EmitsNothing(t, hdc302x.New(hdc302x.Config{Address: 0x76}), "0x44 to 0x47", false)
}
