package window

import (
	"errors"
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/steps"
)

// MaxValues bounds Length times Channels: 16 Mi values, the ring of one framer.
const MaxValues = 1 << 24

// Config is the form of a model's window. Length, Channels and Type are required.
type Config struct {
	Length   int // samples in one window
	Hop      int // samples from one window's end to the next one's; zero means Length
	Channels int // values in one sample

	// Mean and Std standardise each channel: (x - Mean) / Std. Nil means 0 and 1; else one per channel, Std above zero.
	Mean []float64
	Std  []float64

	// Steps prepare the whole window, in order, after which it may have another form; they stand instead of Mean and Std.
	// Picture and RateHz are what they may need to know of a sample: zero when it is no picture, or has no known rate.
	Steps   []steps.Spec
	Picture steps.Picture
	RateHz  float64

	// Type and Quant are those of the input tensor. Quantised types are Int8 and Uint8: the standardised value divided
	// by Quant.Scale, rounded half away from zero, plus Quant.ZeroPoint, saturated. Float32 takes the value as it is.
	Type  engine.DType
	Quant engine.Quant
}

// Check fills defaults, turns Steps that need no whole window into Mean and Std, and says what is impossible; New calls it.
func (c *Config) Check() error {
	if c.Length < 1 || c.Channels < 1 || c.Length > MaxValues/c.Channels {
		return fmt.Errorf("window of %d samples of %d channels: want 1 to %d values", c.Length, c.Channels, MaxValues)
	}
	if c.Hop == 0 {
		c.Hop = c.Length
	}
	if c.Hop < 1 || c.Hop > MaxValues {
		return fmt.Errorf("hop of %d samples: want 1 to %d", c.Hop, MaxValues)
	}
	if err := c.checkSteps(); err != nil {
		return err
	}
	if err := c.checkScale(); err != nil {
		return err
	}
	return c.checkType()
}

func (c *Config) checkSteps() error {
	if len(c.Steps) == 0 {
		return nil
	}
	if c.Mean != nil || c.Std != nil {
		return errors.New("mean and std stand beside steps: want scale among the steps")
	}
	if _, err := steps.Out(c.in(), c.Steps); err != nil {
		return err
	}
	if mean, std, ok := steps.Affine(c.in(), c.Steps); ok {
		c.Mean, c.Std, c.Steps = mean, std, nil
	}
	return nil
}

// in is the form of the window before Steps.
func (c *Config) in() steps.Shape {
	return steps.Shape{Rows: c.Length, Columns: c.Channels, Picture: c.Picture, RateHz: c.RateHz}
}

func (c *Config) checkScale() error {
	if c.Mean != nil && len(c.Mean) != c.Channels {
		return fmt.Errorf("mean of %d values for %d channels", len(c.Mean), c.Channels)
	}
	if c.Std != nil && len(c.Std) != c.Channels {
		return fmt.Errorf("std of %d values for %d channels", len(c.Std), c.Channels)
	}
	for i, m := range c.Mean {
		if !finite(m) {
			return fmt.Errorf("mean[%d] = %v: want a finite number", i, m)
		}
	}
	for i, s := range c.Std {
		if !finite(s) || !(s > 0) || !finite(1/s) {
			return fmt.Errorf("std[%d] = %v: want a number above zero", i, s)
		}
	}
	return nil
}

func (c *Config) checkType() error {
	lo, hi, quantised := limits(c.Type)
	switch {
	case !quantised && c.Type != engine.Float32:
		return fmt.Errorf("input type %v: want float32, int8 or uint8", c.Type)
	case !quantised:
		return nil
	case !(c.Quant.Scale > 0) || !finite(float64(c.Quant.Scale)):
		return fmt.Errorf("scale %v of type %v: want a number above zero", c.Quant.Scale, c.Type)
	case c.Quant.ZeroPoint < lo || c.Quant.ZeroPoint > hi:
		return fmt.Errorf("zero point %d of type %v: want %d to %d", c.Quant.ZeroPoint, c.Type, lo, hi)
	}
	for i, g := range c.gains() {
		if !finite(float64(g)) || g == 0 {
			return fmt.Errorf("std[%d] and scale %v: their product is out of range", i, c.Quant.Scale)
		}
	}
	return nil
}

// limits are the lowest and highest stored value of a quantised type.
func limits(t engine.DType) (lo, hi int32, quantised bool) {
	switch t {
	case engine.Int8:
		return math.MinInt8, math.MaxInt8, true
	case engine.Uint8:
		return 0, math.MaxUint8, true
	}
	return 0, 0, false
}

// gains are the factors behind (x - mean): one over std, and over scale when the type is quantised.
func (c *Config) gains() []float32 {
	step := 1.0
	if _, _, quantised := limits(c.Type); quantised {
		step = float64(c.Quant.Scale)
	}
	g := make([]float32, c.Channels)
	for i := range g {
		std := 1.0
		if c.Std != nil {
			std = c.Std[i]
		}
		g[i] = float32(1 / (std * step))
	}
	return g
}

func (c *Config) means() []float32 {
	m := make([]float32, c.Channels)
	for i, v := range c.Mean {
		m[i] = float32(v)
	}
	return m
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
