package hx711test

import "periph.io/x/conn/v3/gpio"

// Data is DOUT.
func (c *Chip) Data() gpio.PinIn { return &data{PinIO: gpio.INVALID, chip: c} }

// Clock is PD_SCK.
func (c *Chip) Clock() gpio.PinOut { return &sck{PinIO: gpio.INVALID, chip: c} }

// data fails as the pins of hal/gpio do: Low, and Err says why.
type data struct {
	gpio.PinIO
	chip *Chip
	err  error
}

func (d *data) In(gpio.Pull, gpio.Edge) error {
	d.chip.mu.Lock()
	defer d.chip.mu.Unlock()
	return d.chip.broken
}

func (d *data) Read() gpio.Level {
	c := d.chip
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		d.err = c.broken
		return gpio.Low
	}
	first := c.pulses >= 25 && !c.asked
	c.asked = c.asked || first
	if !c.patient || !first {
		c.advance()
	}
	if c.stuck != nil {
		return *c.stuck
	}
	return c.dout
}

func (d *data) Err() error {
	err := d.err
	d.err = nil
	return err
}

type sck struct {
	gpio.PinIO
	chip *Chip
}

func (s *sck) Out(l gpio.Level) error {
	c := s.chip
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return c.broken
	}
	if !c.patient {
		c.advance()
	}
	if l == gpio.High {
		c.rise()
	} else {
		c.fall()
	}
	return nil
}
