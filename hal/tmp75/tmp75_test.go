package tmp75_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
	"github.com/dunlin-iot/dunlin/hal/tmp75"
	"github.com/dunlin-iot/dunlin/hal/tmp75/tmp75test"
)

func source(bus *chiptest.Bus) *poll.Source {
	return tmp75.New(tmp75.Config{
		Bus: bus.Open, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *tmp75test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x48: c})
}

type rig = polltest.Rig[*tmp75test.Chip]

func TestDriver(t *testing.T) {
	polltest.Run(t, polltest.Subject[*tmp75test.Chip]{
		Address: 0x48, Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}},
		Chip: tmp75test.New, Plug: plugged, Source: source,
		Change: func(c *tmp75test.Chip) { c.SetCelsius(-10) }, Changed: []float64{-10}, Within: []float64{0},
		Beyond: func(c *tmp75test.Chip) { c.SetCelsius(140) }, // 0x7ff stands for all that is too hot for 12 bits
		Faults: []polltest.Fault[*tmp75test.Chip]{
			polltest.Absent("an LM75", "none of a TMP75", func(r rig) { r.Chip.LM75() }),
			polltest.Absent("an ADS1115", "none of a TMP75", func(r rig) { r.Bus.Plug(0x48, fixed{0x85, 0x83}) }),
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
		chip := tmp75test.New()
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

// TestSettingsAreKept: a thermostat with its alert active high after six faults; after power-on the chip has 9 bits.
func TestSettingsAreKept(t *testing.T) {
	c := tmp75test.New()
	c.Configure(0x1c) // F1, F0, POL
	c.SetCelsius(20.0625)
	blocks, _ := haltest.Collect(t, source(plugged(c)), 1, nil)
	if got := c.Configuration(); got != 0x7d || blocks[0].Values[0] != 20.0625 {
		t.Errorf("configuration 0x%02x, %v Cel, want 0x7d and 20.0625", got, blocks[0].Values[0])
	}
}

func TestEverySampleIsNew(t *testing.T) {
	c := tmp75test.New()
	blocks, h := haltest.Collect(t, source(plugged(c)), 3, func(i int) { c.SetCelsius(30 + float64(i)) })
	for i, want := range []float32{23, 31, 32} {
		if blocks[i].Values[0] != want || h.Skipped != 0 {
			t.Errorf("sample %d is %v, want %v; skipped %d", i, blocks[i].Values[0], want, h.Skipped)
		}
	}
}

// fixed says the same whatever it is asked.
type fixed []byte

func (f fixed) Write([]byte) error { return nil }

func (f fixed) Read(r []byte) error {
	copy(r, f)
	return nil
}

// upset is a chip to which something happens after a start of a conversion.
type upset struct {
	*tmp75test.Chip
	happens func(*tmp75test.Chip)
	armed   bool
	started bool
}

func (u *upset) Write(w []byte) error {
	if u.armed && u.started {
		u.happens(u.Chip)
		u.armed = false
	}
	u.started = len(w) == 2 && w[1]&0x80 != 0 // the one-shot bit of the configuration
	return u.Chip.Write(w)
}

// TestSettingsLost: what happens to the chip between the start of a conversion and its end costs one sample.
func TestSettingsLost(t *testing.T) {
	for name, happens := range map[string]func(*tmp75test.Chip){
		"another program": func(c *tmp75test.Chip) { c.Configure(0) }, "the supply dips": (*tmp75test.Chip).BrownOut,
	} {
		c := &upset{Chip: tmp75test.New(), happens: happens}
		c.Convert(10 * time.Microsecond)
		blocks, h := haltest.Collect(t, source(chiptest.New(map[uint16]chiptest.Model{0x48: c})), 3, func(i int) {
			c.armed = i == 1
			c.SetCelsius(20 + float64(i))
		})
		if h.Skipped != 1 || !blocks[1].Discont || blocks[1].Values[0] != 21 || blocks[2].Values[0] != 22 {
			t.Errorf("%s: skipped %d, gap %v, then %v and %v", name, h.Skipped, blocks[1].Discont, blocks[1].Values[0], blocks[2].Values[0])
		}
	}
}

func TestImpossibleAddress(t *testing.T) {
	haltest.EmitsNothing(t, tmp75.New(tmp75.Config{Address: 0x76}), "0x48 to 0x4f", false)
}
