package gpio

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// Pin is a line for drivers that take periph's gpio.PinIO. It is requested by the first In or Out, again when the
// direction changes, and held until Close. Edges and PWM it has none: edges are for Source.
type Pin struct {
	host  Host
	chip  ChipInfo
	info  LineInfo
	mu    sync.Mutex
	line  Line // nil until the first In or Out
	out   bool
	pull  gpio.Pull
	fault error
}

var (
	_ gpio.PinIO = (*Pin)(nil)

	errEdges = errors.New("this pin has no edges")
	errPWM   = errors.New("this pin has no PWM")
)

// OpenPin finds a line as Config.Chip and Config.Line do. A nil host means the kernel's.
func OpenPin(h Host, chip, line string) (*Pin, error) {
	if h == nil {
		h = Kernel()
	}
	c, l, err := find(h, chip, line)
	if err != nil {
		return nil, err
	}
	return &Pin{host: h, chip: c, info: l}, nil
}

// In makes the line an input without edges.
func (p *Pin) In(pull gpio.Pull, edge gpio.Edge) error {
	if edge != gpio.NoEdge {
		return fmt.Errorf("set up %s as input: %w", p, errEdges)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != nil && !p.out && p.pull == pull {
		return nil
	}
	biases := map[gpio.Pull]Bias{gpio.PullUp: PullUp, gpio.PullDown: PullDown, gpio.Float: NoPull}
	if err := p.request(Request{Bias: biases[pull]}); err != nil {
		return err
	}
	p.out, p.pull = false, pull
	return nil
}

// Out drives the line.
func (p *Pin) Out(l gpio.Level) error {
	value := 0
	if l == gpio.High {
		value = 1
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != nil && p.out {
		return p.line.Set(value)
	}
	if err := p.request(Request{Output: true, Value: value}); err != nil {
		return err
	}
	p.out, p.pull = true, gpio.PullNoChange
	return nil
}

func (p *Pin) request(r Request) error {
	if err := p.release(); err != nil {
		return fmt.Errorf("let go of %s: %w", p, err)
	}
	r.Chip, r.Offset = p.chip.Name, p.info.Offset
	line, err := request(p.host, p.info, r)
	p.line = line
	return err
}

func (p *Pin) release() error {
	if p.line == nil {
		return nil
	}
	err := p.line.Close()
	p.line = nil
	return err
}

// Read is the level; Low when it cannot be read, for which Err then has the reason.
func (p *Pin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line == nil {
		p.fault = errors.New("the pin is neither input nor output yet")
		return gpio.Low
	}
	v, err := p.line.Value()
	if err != nil {
		p.fault = err
	}
	return gpio.Level(v == 1 && err == nil)
}

// Err is why the last Read that failed did, and forgets it.
func (p *Pin) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.fault
	p.fault = nil
	return err
}

// Close lets go of the line.
func (p *Pin) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.release()
}

// Halt does nothing: the line stays as it is until Close.
func (p *Pin) Halt() error { return nil }

// WaitForEdge returns false at once: In refuses edges.
func (p *Pin) WaitForEdge(time.Duration) bool { return false }

// PWM is not to be had from the character device.
func (p *Pin) PWM(gpio.Duty, physic.Frequency) error { return fmt.Errorf("set up %s: %w", p, errPWM) }

// Pull is what the last In asked for.
func (p *Pin) Pull() gpio.Pull {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pull
}

// DefaultPull is not known to the kernel's interface.
func (p *Pin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// Name is the line's name, or its chip and number.
func (p *Pin) Name() string {
	return or(p.info.Name, fmt.Sprintf("%s %d", p.chip.Name, p.info.Offset))
}

func (p *Pin) String() string { return p.Name() }

// Number is the line's offset on its chip.
func (p *Pin) Number() int { return p.info.Offset }

// Function is "In", "Out" or empty.
func (p *Pin) Function() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.line == nil:
		return ""
	case p.out:
		return "Out"
	}
	return "In"
}
