package i2cdev

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"periph.io/x/conn/v3/physic"

	"github.com/dunlin-iot/dunlin/internal/deadline"
)

// Config of a bus. Path is required.
type Config struct {
	Path          string                            // "/dev/i2c-1"
	Name          string                            // for people; empty means the last part of Path
	Deadline      time.Duration                     // for one Tx with its retries; zero means 1 s
	KernelTimeout time.Duration                     // the adapter's own limit, in steps of 10 ms; zero means half of Deadline
	Retries       int                               // after lost arbitration; zero means 2, negative none
	NoAckRetries  int                               // after a missing acknowledgement, but never of a plain write; zero means none
	Open          func(path string) (Device, error) // opens the adapter; nil means OpenDevice
}

// Bus is an open I2C bus. Its methods may be called from any goroutine.
type Bus struct {
	name     string
	limit    time.Duration
	retries  int
	noAck    int
	device   Device
	canQuick bool
	gone     atomic.Bool
	tally    tally

	mu     sync.Mutex // one transfer at a time
	frame  *frame     // the kernel's while a call is stuck
	worker *deadline.Worker
	stuck  uint16 // the address of the call that is stuck
	closed bool
	result int // of the last exchange
}

// Open opens a bus. Errors keep their errno; Advise turns them into a sentence.
func Open(cfg Config) (*Bus, error) {
	cfg = cfg.withDefaults()
	device, err := cfg.Open(cfg.Path)
	if err != nil {
		return nil, err
	}
	b := &Bus{name: cfg.Name, limit: cfg.Deadline, retries: max(cfg.Retries, 0), noAck: cfg.NoAckRetries, device: device, frame: newFrame()}
	if err := b.prepare(cfg); err != nil {
		b.frame.pins.Unpin()
		return nil, errors.Join(fmt.Errorf("open %s: %w", cfg.Path, err), device.Close())
	}
	b.worker = deadline.Start(b.exchange, b.end)
	return b, nil
}

func (cfg Config) withDefaults() Config {
	if cfg.Name == "" {
		cfg.Name = filepath.Base(cfg.Path)
	}
	if cfg.Deadline <= 0 {
		cfg.Deadline = time.Second
	}
	if cfg.KernelTimeout <= 0 {
		cfg.KernelTimeout = cfg.Deadline / 2
	}
	if cfg.Retries == 0 {
		cfg.Retries = 2
	}
	if cfg.Open == nil {
		cfg.Open = OpenDevice
	}
	return cfg
}

// prepare asks what the adapter can do and sets its limits.
func (b *Bus) prepare(cfg Config) error {
	if _, err := b.device.Exchange(opFuncs, unsafe.Pointer(&b.frame.funcs)); err != nil {
		return fmt.Errorf("ask for functions: %w", err)
	}
	if b.frame.funcs&funcI2C == 0 {
		return fmt.Errorf("adapter does only SMBus commands (functions %#x): %w", b.frame.funcs, syscall.EOPNOTSUPP)
	}
	b.canQuick = b.frame.funcs&funcQuick != 0
	const step = 10 * time.Millisecond
	if err := b.device.Set(opTimeout, uintptr((cfg.KernelTimeout+step-1)/step)); err != nil {
		return fmt.Errorf("set timeout: %w", err)
	}
	if err := b.device.Set(opRetries, uintptr(b.retries)); err != nil {
		return fmt.Errorf("set retries: %w", err)
	}
	return nil
}

// exchange and end run on the worker's goroutine.
func (b *Bus) exchange() (err error) {
	b.result, err = b.device.Exchange(opRdwr, unsafe.Pointer(&b.frame.call))
	return err
}

func (b *Bus) end() error {
	b.frame.pins.Unpin()
	return b.device.Close()
}

func (b *Bus) String() string { return b.name }

// SetSpeed always fails: Linux lets no program set the clock of a bus.
func (b *Bus) SetSpeed(f physic.Frequency) error {
	return fmt.Errorf("set speed of %s to %s: the device tree decides it (on a Raspberry Pi dtparam=i2c_arm_baudrate=400000 in /boot/firmware/config.txt, elsewhere clock-frequency of the bus node): %w",
		b.name, f, syscall.EOPNOTSUPP)
}

// Gone reports that the adapter was unplugged: open the bus anew when it is back.
func (b *Bus) Gone() bool { return b.gone.Load() }

// Close closes the bus. When a call is stuck in the kernel it returns an os.ErrDeadlineExceeded at once; that one
// goroutine and the device file are let go of when the call returns. A second Close does nothing.
func (b *Bus) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	if b.gone.Load() {
		return nil
	}
	if err := b.worker.Stop(); err != nil {
		if errors.Is(err, deadline.ErrStuck) {
			return fmt.Errorf("close %s: the transfer to 0x%02x holds its device file until the kernel returns: %w", b.name, b.stuck, err)
		}
		return fmt.Errorf("close %s: %w", b.name, err)
	}
	return nil
}

// retire lets go of an adapter that was unplugged: the kernel waits for that.
func (b *Bus) retire() {
	b.gone.Store(true)
	_ = b.worker.Stop() // nothing was written that closing could lose
}

// ready says why no transfer can begin.
func (b *Bus) ready() error {
	switch {
	case b.closed:
		return os.ErrClosed
	case b.gone.Load():
		return syscall.ENODEV
	}
	return b.hang()
}

func (b *Bus) hang() error {
	if b.worker.Free() {
		return nil
	}
	return fmt.Errorf("bus hangs since %s in a transfer to 0x%02x: %w", b.worker.Stuck().Round(time.Millisecond), b.stuck, deadline.ErrStuck)
}

// Hang is the os.ErrDeadlineExceeded of a bus whose call is stuck in the kernel, also after Close; nil when none is. As
// long as it lasts another Open of the same adapter would get stuck behind it.
func (b *Bus) Hang() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.hang()
}
