package spidev

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/internal/deadline"
)

// Config of a port. Path is required.
type Config struct {
	Path     string                            // "/dev/spidev0.0"
	Name     string                            // for people; empty means the last part of Path
	Deadline time.Duration                     // for one message; zero means 1 s
	MaxTx    int                               // bytes in one message; zero means spidev's bufsiz
	Open     func(path string) (Device, error) // opens the device; nil means OpenDevice
}

// Port is an open SPI device: one chip select of a bus. Its methods may be called from any goroutine.
type Port struct {
	name   string
	limit  time.Duration
	maxTx  int
	device Device

	mu        sync.Mutex // one message at a time
	portSpeed physic.Frequency
	connSpeed physic.Frequency
	set       settings
	connected bool
	closed    bool
	frame     *frame // the kernel's while a call is stuck
	worker    *deadline.Worker
	packets   [2]spi.Packet // of Tx
}

// settings are those of Connect.
type settings struct {
	speed uint32 // Hz; 0 is the device's own
	bits  uint8
	half  bool
	noCS  bool
}

// Open opens a port. Errors keep their errno; Advise turns them into a sentence.
func Open(cfg Config) (*Port, error) {
	if cfg.Name == "" {
		cfg.Name = filepath.Base(cfg.Path)
	}
	if cfg.Deadline <= 0 {
		cfg.Deadline = time.Second
	}
	if cfg.MaxTx <= 0 {
		cfg.MaxTx = bufsiz()
	}
	if cfg.Open == nil {
		cfg.Open = OpenDevice
	}
	device, err := cfg.Open(cfg.Path)
	if err != nil {
		return nil, err
	}
	p := &Port{name: cfg.Name, limit: cfg.Deadline, maxTx: cfg.MaxTx, device: device, frame: newFrame()}
	p.worker = deadline.Start(p.exchange, p.end)
	return p, nil
}

// exchange and end run on the worker's goroutine.
func (p *Port) exchange() error {
	_, err := p.device.Exchange(p.frame.op(), unsafe.Pointer(&p.frame.list[0]))
	return err
}

func (p *Port) end() error {
	p.frame.pins.Unpin()
	return p.device.Close()
}

func (p *Port) String() string { return p.name }

// MaxTxSize is the largest message in bytes.
func (p *Port) MaxTxSize() int { return p.maxTx }

// LimitSpeed sets the highest clock of the port; the chip's own, given to Connect, counts when it is lower.
func (p *Port) LimitSpeed(f physic.Frequency) error {
	if f < 100*physic.Hertz || f > physic.GigaHertz {
		return fmt.Errorf("limit speed of %s to %s: 100 Hz to 1 GHz: %w", p.name, f, syscall.EINVAL)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.portSpeed = f
	p.set.speed = slower(p.portSpeed, p.connSpeed)
	return nil
}

// Connect sets mode, word size and clock for one chip and returns the connection to it. f is the chip's highest clock;
// zero means the device tree's. It works once for each Open.
func (p *Port) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	const known = spi.Mode3 | spi.HalfDuplex | spi.NoCS | spi.LSBFirst
	if f != 0 && f < 100*physic.Hertz || f > physic.GigaHertz || mode&^known != 0 || bits < 1 || bits > 32 {
		return nil, fmt.Errorf("connect %s at %s in %s with %d bits: %w", p.name, f, mode, bits, syscall.EINVAL)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.ready(); err != nil {
		return nil, fmt.Errorf("connect %s: %w", p.name, err)
	}
	if p.connected {
		return nil, fmt.Errorf("connect %s: it is connected already: %w", p.name, syscall.EBUSY)
	}
	p.connSpeed = f
	p.set = settings{speed: slower(p.portSpeed, f), bits: uint8(bits), half: mode&spi.HalfDuplex != 0, noCS: mode&spi.NoCS != 0}
	if err := p.configure(mode); err != nil {
		return nil, fmt.Errorf("connect %s: %w", p.name, err)
	}
	p.connected = true
	return &conn{p}, nil
}

// configure hands the settings to the kernel, so that one it cannot do is refused here and not in the first transfer.
func (p *Port) configure(mode spi.Mode) error {
	m, bits, speed := new(uint8), new(uint8), new(uint32)
	*m, *bits, *speed = flags(mode), p.set.bits, p.set.speed
	if _, err := p.device.Exchange(opMode, unsafe.Pointer(m)); err != nil {
		return fmt.Errorf("set %s: %w", mode, err)
	}
	if _, err := p.device.Exchange(opBits, unsafe.Pointer(bits)); err != nil {
		return fmt.Errorf("set %d bits: %w", *bits, err)
	}
	if *speed == 0 {
		return nil
	}
	if _, err := p.device.Exchange(opSpeed, unsafe.Pointer(speed)); err != nil {
		return fmt.Errorf("set %d Hz: %w", *speed, err)
	}
	return nil
}

func flags(mode spi.Mode) uint8 {
	m := uint8(mode & spi.Mode3)
	if mode&spi.HalfDuplex != 0 {
		m |= mode3Wire
	}
	if mode&spi.NoCS != 0 {
		m |= modeNoCS
	}
	if mode&spi.LSBFirst != 0 {
		m |= modeLSBFirst
	}
	return m
}

// slower is the lower of two clocks in Hz, where zero is no limit.
func slower(a, b physic.Frequency) uint32 {
	if a == 0 || b != 0 && b < a {
		a = b
	}
	return uint32(a / physic.Hertz)
}

// Hang is the os.ErrDeadlineExceeded of a port whose message is stuck in the kernel, also after Close; nil when none is.
// As long as it lasts another Open of the same device would get stuck behind it.
func (p *Port) Hang() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hang()
}

func (p *Port) hang() error {
	if p.worker.Free() {
		return nil
	}
	return fmt.Errorf("port hangs since %s: %w", p.worker.Stuck().Round(time.Millisecond), deadline.ErrStuck)
}

// Close closes the port. When a call is stuck in the kernel it returns an os.ErrDeadlineExceeded at once; that one
// goroutine and the device file are let go of when the call returns. A second Close does nothing.
func (p *Port) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	if err := p.worker.Stop(); err != nil {
		if errors.Is(err, deadline.ErrStuck) {
			return fmt.Errorf("close %s: a message holds its device file until the kernel returns: %w", p.name, err)
		}
		return fmt.Errorf("close %s: %w", p.name, err)
	}
	return nil
}
