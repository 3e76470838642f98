package tmp102_test

import (
	"errors"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
	"github.com/dunlin-iot/dunlin/hal/tmp102"
	"github.com/dunlin-iot/dunlin/hal/tmp102/tmp102test"
)

func source(bus *chiptest.Bus) *poll.Source {
	return tmp102.New(tmp102.Config{
		Bus: bus.Open, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *tmp102test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x48: c})
}

type rig = polltest.Rig[*tmp102test.Chip]

func TestDriver(t *testing.T) {
	polltest.Run(t, polltest.Subject[*tmp102test.Chip]{
		Address: 0x48, Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}},
		Chip: tmp102test.New, Plug: plugged, Source: source,
		Change: func(c *tmp102test.Chip) { c.SetCelsius(-10) }, Changed: []float64{-10}, Within: []float64{0},
		Beyond: func(c *tmp102test.Chip) { c.SetCelsius(140) }, // 0x7ff stands for all that is too hot for 12 bits
		Faults: []polltest.Fault[*tmp102test.Chip]{
			polltest.Absent("another chip", "none of a TMP102", func(r rig) { r.Chip.Pretend() }),
			polltest.Useless("still converting", "too long", func(r rig) { r.Chip.Convert(time.Hour) }),
		},
	})
}

// TestTable: the chip's 12 bits by the data sheet's table of temperatures, as the model writes them and as the driver
// reads them.
func TestTable(t *testing.T) {
	for _, c := range []struct {
		celsius float64
		bits    uint16
	}{
		{127.875, 0x7fe}, {100, 0x640}, {80, 0x500}, {75, 0x4b0}, {50, 0x320}, {25, 0x190}, {0.25, 0x004}, {0, 0},
		{-0.25, 0xffc}, {-25, 0xe70}, {-55, 0xc90},
	} {
		chip := tmp102test.New()
		chip.SetCelsius(c.celsius)
		bus := plugged(chip)
		bus.Keep()
		blocks, _ := haltest.Collect(t, source(bus), 1, nil)
		haltest.Near(t, "temperature", blocks[0].Values[0], c.celsius, 0)
		if word, ok := bus.Word(0); !ok || word != c.bits<<4 {
			t.Errorf("%v Cel is 0x%03x, want 0x%03x", c.celsius, word>>4, c.bits)
		}
	}
}

// TestExtendedModeIsLeft: somebody left the chip in the mode of 13 bits, and a thermostat with its alert active high.
func TestExtendedModeIsLeft(t *testing.T) {
	c := tmp102test.New()
	c.Configure(0x64b0) // power-on, POL and EM set, 1 Hz more
	c.SetCelsius(60)
	blocks, _ := haltest.Collect(t, source(plugged(c)), 1, nil)
	haltest.Near(t, "temperature", blocks[0].Values[0], 60, 0)
	if got := c.Configuration(); got&0x0400 == 0 || got&0x0010 != 0 || got&0x0100 == 0 {
		t.Errorf("configuration 0x%04x, want POL kept, EM cleared, shut down", got)
	}
}

// TestFirstSampleIsNew: a chip that converts four times a second rests for most of it. Shut down and told to convert by
// one write it would do neither, and show what it has converted before: the one-shot bit acts in shutdown only.
func TestFirstSampleIsNew(t *testing.T) {
	c := tmp102test.New()
	bus := plugged(c)
	for word := [2]byte{}; word[0] == 0; {
		if err := errors.Join(c.Write([]byte{0}), c.Read(word[:])); err != nil {
			t.Fatal(err)
		}
	}
	c.SetCelsius(60)
	blocks, h := haltest.Collect(t, source(bus), 1, nil)
	haltest.Near(t, "temperature", blocks[0].Values[0], 60, 0)
	if h.Skipped != 0 {
		t.Errorf("skipped %d", h.Skipped)
	}
}

// upset is a chip to which something happens after each start of a conversion.
type upset struct {
	*tmp102test.Chip
	happens func(*tmp102test.Chip)
	armed   bool
	started bool
}

func (u *upset) Write(w []byte) error {
	if u.armed && u.started {
		u.happens(u.Chip)
	}
	u.started = len(w) == 3 && w[1]&0x80 != 0 // the one-shot bit of the configuration
	return u.Chip.Write(w)
}

// TestSettingsLost: something happens to the chip between the start of a conversion and its end.
func TestSettingsLost(t *testing.T) {
	for name, happens := range map[string]func(*tmp102test.Chip){
		"another program": (*tmp102test.Chip).Extend, "the supply dips": (*tmp102test.Chip).BrownOut,
	} {
		c := &upset{Chip: tmp102test.New(), happens: happens}
		c.Convert(10 * time.Microsecond)
		t.Run(name, func(t *testing.T) {
			haltest.Ends(t, source(chiptest.New(map[uint16]chiptest.Model{0x48: c})), 2, "lost its settings", func(i int) { c.armed = i == 2 })
		})
	}
}

// TestRecovers: after a dip of the supply the chip converts by itself; the next sample is of a conversion of our own.
func TestRecovers(t *testing.T) {
	c := &upset{Chip: tmp102test.New(), happens: (*tmp102test.Chip).BrownOut}
	c.Convert(10 * time.Microsecond)
	happened := false
	c.happens = func(chip *tmp102test.Chip) {
		chip.BrownOut()
		c.armed, happened = false, true
	}
	blocks, h := haltest.Collect(t, source(chiptest.New(map[uint16]chiptest.Model{0x48: c})), 3, func(i int) {
		c.armed = i == 1
		c.SetCelsius(20 + float64(i))
	})
	if !happened || h.Skipped != 1 || !blocks[1].Discont {
		t.Errorf("%v, skipped %d, gap %v", happened, h.Skipped, blocks[1].Discont)
	}
	haltest.Near(t, "temperature", blocks[1].Values[0], 21, 0)
	haltest.Near(t, "temperature", blocks[2].Values[0], 22, 0)
}

func TestImpossibleAddress(t *testing.T) {
	haltest.EmitsNothing(t, tmp102.New(tmp102.Config{Address: 0x76}), "0x48 to 0x4b", false)
}
