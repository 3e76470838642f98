package iio

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// Buffered captures the frames that the kernel stamped and queued.
type Buffered struct {
	cfg   Config
	pulse *hal.Pulse

	mu       sync.Mutex
	channels []hal.Channel // nil until they are known
}

// NewBuffered makes a source. When neither the device nor the configuration tells the channels yet, they are known when
// Run has found the device.
func NewBuffered(cfg Config) *Buffered {
	cfg = cfg.complete()
	b := &Buffered{cfg: cfg, pulse: hal.NewPulse(cfg.Clock), channels: cfg.foretold()}
	if d, err := cfg.find(); err == nil {
		if chosen, err := cfg.choose(d, scannable); err == nil {
			b.channels = described(chosen)
		}
	}
	return b
}

func (b *Buffered) String() string { return b.cfg.what() + ", buffered" }

// Channels are those of the device, nil while it has not been seen.
func (b *Buffered) Channels() []hal.Channel {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]hal.Channel(nil), b.channels...)
}

// Health is how the device is now.
func (b *Buffered) Health() hal.Health { return b.pulse.Health() }

// Run captures until ctx is cancelled or the device breaks.
func (b *Buffered) Run(ctx context.Context, emit func(hal.Block)) error {
	b.pulse.Begin()
	return b.pulse.Finish(ctx, b.run(ctx, emit))
}

func (b *Buffered) run(ctx context.Context, emit func(hal.Block)) error {
	if ctx.Err() != nil {
		return nil
	}
	d, err := b.cfg.find()
	if err != nil {
		return err
	}
	chosen, err := b.cfg.choose(d, scannable)
	if err != nil {
		return err
	}
	if err := b.settle(described(chosen)); err != nil {
		return err
	}
	plan, err := Plan(d, b.cfg)
	if err != nil {
		return err
	}
	if err := prepared(d, b.cfg, plan); err != nil {
		return err
	}
	c, err := newCapture(b, d, chosen, emit)
	if err != nil {
		return fmt.Errorf("capture %s: %w", b.cfg.what(), err)
	}
	return b.capture(ctx, d, c)
}

// settle keeps the channels from changing between runs: those behind the source rely on them.
func (b *Buffered) settle(now []hal.Channel) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.channels == nil {
		b.channels = now
	}
	if fmt.Sprint(b.channels) != fmt.Sprint(now) {
		return fmt.Errorf("capture %s: it has channels %v now, it had %v", b.cfg.what(), now, b.channels)
	}
	return nil
}

// capture opens the device node and reads it until the end.
func (b *Buffered) capture(ctx context.Context, d Device, c *capture) error {
	f, err := os.OpenFile(b.cfg.node(d), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return b.notOpened(d, err)
	}
	if err := f.SetReadDeadline(time.Time{}); err != nil {
		return errors.Join(fmt.Errorf("wait for %s: %w", b.cfg.node(d), err), f.Close())
	}
	ended := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = f.SetReadDeadline(time.Now()) // it takes deadlines, as was just seen
	})
	err = c.loop(ctx, f)
	if !unhook() {
		<-ended
	}
	return errors.Join(err, f.Close())
}

func (b *Buffered) notOpened(d Device, err error) error {
	node := b.cfg.node(d)
	gone := &hal.AbsentError{What: node, Err: err}
	switch {
	case errors.Is(err, syscall.EPERM): // not for want of rights: the unit forbids it
		gone.Fix = "allow the device in the unit file (DeviceAllow=char-iio rw), then restart the service"
	case errors.Is(err, fs.ErrPermission):
		gone.Fix = "run once: sudo dunlin sources setup " + b.cfg.Source
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO):
		gone.Fix = "plug the device in again, or check the key device"
	case errors.Is(err, syscall.EBUSY):
		return fmt.Errorf("open %s: another program reads it (sudo fuser %s names it): %w", node, node, err)
	default:
		return fmt.Errorf("open %s: %w", node, err)
	}
	return gone
}

// described are the channels of a capture: a channel of several values is one hal channel for each.
func described(chosen []Channel) []hal.Channel {
	var list []hal.Channel
	for _, c := range chosen {
		n := 1
		if f, err := ParseFormat(c.Format); err == nil {
			n = f.Repeat
		}
		for i := range n {
			h := c.Hal()
			if n > 1 {
				h.Name = fmt.Sprintf("%s_%d", h.Name, i)
			}
			list = append(list, h)
		}
	}
	return list
}
