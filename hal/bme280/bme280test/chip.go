package bme280test

import (
	"time"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

// Chip ids.
const (
	BME280 = 0x60
	BMP280 = 0x58
)

// Raw values of the worked example (BMP280 data sheet, section 3.12: 25.08 Cel, 100653.27 Pa). That of humidity is ours:
// the kernel's bmp280 driver makes 49.654 % of it.
const (
	ExampleTemperature = 519888
	ExamplePressure    = 415148
	ExampleHumidity    = 30000
)

// blank raw values stand in the registers until a measurement has been made.
const (
	blank         = 0x80000
	blankHumidity = 0x8000
)

const (
	regID       = 0xd0
	regReset    = 0xe0
	regCtrlHum  = 0xf2
	regStatus   = 0xf3
	regCtrlMeas = 0xf4
	regConfig   = 0xf5
	regData     = 0xf7

	measuring = 1 << 3
	updating  = 1 << 0
	forced    = 1
	normal    = 3
)

// startUp is how long the chip copies its calibration after a reset.
const startUp = time.Millisecond

// Chip is one chip at rest. It implements chiptest.Model.
type Chip struct {
	chiptest.Registers

	now     func() time.Duration
	air     raw // what the sensor would measure now
	stuck   bool
	convert time.Duration // zero: as long as the data sheet says

	humid     bool
	osrsH     byte          // in force since the last write to ctrl_meas
	ready     time.Duration // when the calibration is copied
	done      time.Duration // when the measurement under way ends
	busy      bool
	forcedRun bool
}

// raw are the values of the converters.
type raw struct {
	temperature, pressure uint32 // 20 bits
	humidity              uint16
}

// New makes a BME280 with the calibration and the raw values of the worked example.
func New() *Chip { return chip(BME280) }

// NewBMP280 makes its relative without humidity.
func NewBMP280() *Chip { return chip(BMP280) }

func chip(id byte) *Chip {
	began := time.Now()
	c := &Chip{
		now:   func() time.Duration { return time.Since(began) },
		air:   raw{ExampleTemperature, ExamplePressure, ExampleHumidity},
		humid: id == BME280,
	}
	c.OnWrite = c.wrote
	c.Set(regID, id)
	c.Calibrate(Example())
	c.Locked(c.reset)
	return c
}

// Clock replaces the model's time.
func (c *Chip) Clock(now func() time.Duration) { c.Locked(func() { c.now = now }) }

// Convert sets how long a measurement takes; zero is the data sheet's typical time.
func (c *Chip) Convert(d time.Duration) { c.Locked(func() { c.convert = d }) }

// SetRaw sets what the converters will measure from now on.
func (c *Chip) SetRaw(temperature, pressure uint32, humidity uint16) {
	c.Locked(func() { c.air = raw{temperature & 0xfffff, pressure & 0xfffff, humidity} })
}

// Stick lets every measurement end with the values of a reset: converters that do not run.
func (c *Chip) Stick(on bool) { c.Locked(func() { c.stuck = on }) }

// BrownOut resets the chip as a dip of its supply does.
func (c *Chip) BrownOut() { c.Locked(c.reset) }

// SetID lets another chip answer.
func (c *Chip) SetID(id byte) { c.Set(regID, id) }

// Write implements chiptest.Model: pairs of register and value, not an incrementing pointer (section 6.2.1). A last
// lone byte sets the pointer for a read. Registers that are not for writing stay as they are.
func (c *Chip) Write(w []byte) error {
	c.Locked(c.tick)
	for ; len(w) >= 2; w = w[2:] {
		if c.writable(w[0]) {
			if err := c.Registers.Write(w[:2]); err != nil {
				return err
			}
		}
	}
	if len(w) == 0 {
		return nil
	}
	return c.Registers.Write(w)
}

// Read implements chiptest.Model. All bytes of one read come from one measurement: the shadow of section 4.1.
func (c *Chip) Read(r []byte) error {
	c.Locked(c.tick)
	return c.Registers.Read(r)
}

func (c *Chip) writable(reg byte) bool {
	switch reg {
	case regReset, regCtrlMeas:
		return true
	case regConfig:
		return c.Get(regCtrlMeas)&3 != normal // may be ignored in normal mode (section 5.4.6)
	case regCtrlHum:
		return c.humid
	}
	return false
}

// wrote acts on a register; it runs as a hook.
func (c *Chip) wrote(reg, v byte) {
	switch {
	case reg == regReset:
		c.Poke(regReset, 0)
		if v == 0xb6 {
			c.reset()
		}
	case reg == regCtrlMeas:
		c.osrsH = c.Peek(regCtrlHum) & 7
		c.begin(v & 3)
	}
}

func (c *Chip) reset() {
	for _, reg := range []byte{regCtrlHum, regCtrlMeas, regConfig} {
		c.Poke(reg, 0)
	}
	c.store(raw{blank, blank, blankHumidity})
	c.osrsH, c.busy = 0, false
	c.ready = c.now() + startUp
	c.Poke(regStatus, updating)
}

// begin starts what a mode asks for. Modes 1 and 2 are both forced.
func (c *Chip) begin(mode byte) {
	c.busy = mode != 0
	c.forcedRun = mode != normal
	c.done = c.now() + c.conversion()
	c.status()
}
