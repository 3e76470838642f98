package iio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/pace"
)

const (
	mostFrames = 256         // in one read and one block
	probe      = time.Second // between looks whether a silent device is still there: poll(2) does not tell that it has gone
)

// value is one number of a sample: where it stands in a frame and what makes it hal's.
type value struct {
	at            int
	format        Format
	offset, scale float64
}

// capture is one life of an open buffer.
type capture struct {
	src    *Buffered
	emit   func(hal.Block)
	frame  int // bytes
	values []value
	stamp  *Element // nil when frames carry no time
	stamps *stamps
	pace   *pace.Pace // of frames without a time
	judge  *judge.Judge

	start   time.Duration
	buf     []byte
	have    int             // bytes of the frame that has not come whole
	block   hal.Block       // being gathered
	times   []time.Duration // of its samples
	last    time.Duration   // of the newest sample, zero for none
	period  float64         // measured, nanoseconds; zero while unknown
	learned int             // samples that period was averaged over, up to settle
	odd     int             // gaps in a row
	mood    string
	heard   time.Duration // when a sample came last
	quiet   time.Duration // that is too long
}

// newCapture reads how frames are built from what is enabled now.
func newCapture(b *Buffered, d Device, chosen []Channel, emit func(hal.Block)) (*capture, error) {
	layout, err := enabled(d)
	if err != nil {
		return nil, err
	}
	rate := b.cfg.tempo(d)
	c := &capture{
		src: b, emit: emit, frame: layout.Size, start: b.cfg.Clock.Boot(), period: float64(rate.Period()),
		buf: make([]byte, layout.Size*mostFrames), quiet: b.cfg.silence(rate), times: make([]time.Duration, 0, mostFrames),
	}
	if c.stamps, err = newStamps(b.cfg.Clock, d.Clock); err != nil {
		return nil, err
	}
	if e, ok := layout.find(timestamp); ok {
		c.stamp = &e
		if c.period > 0 {
			c.learned = settle
		}
	} else {
		c.pace = pace.New(rate)
	}
	var rules []judge.Rule
	for _, ch := range chosen {
		e, ok := layout.find(ch.ID)
		if !ok {
			return nil, fmt.Errorf("channel %s is not in the buffer", ch.ID)
		}
		rules = append(rules, c.add(ch, e)...)
	}
	names := make([]string, len(c.values))
	for i, h := range described(chosen) {
		names[i] = h.Name
	}
	c.judge = judge.New(names, rules)
	c.block = hal.Block{Channels: len(names), Values: make([]float32, 0, mostFrames*len(names))}
	c.heard = c.start
	return c, nil
}

// add takes a channel's values in. A signed value of a motion sensor at the end of its range is clipped.
func (c *capture) add(ch Channel, e Element) []judge.Rule {
	rule := judge.Rule{}
	if e.Format.Sign == 's' && ch.Offset == 0 && (ch.Kind == "accel" || ch.Kind == "anglvel" || ch.Kind == "magn") {
		rule.Clip = math.Abs((math.Exp2(float64(e.Format.Bits-1)) - 1) * ch.Scale * ch.factor)
		rule.Clip -= rule.Clip * 1e-6 // float32 rounds
	}
	rules := make([]judge.Rule, e.Format.Repeat)
	for i := range rules {
		rules[i] = rule
		c.values = append(c.values, value{e.At + i*e.Format.Storage/8, e.Format, ch.Offset, ch.Scale * ch.factor})
	}
	return rules
}

// enabled is the layout of what is in the buffer now.
func enabled(d Device) (Layout, error) {
	var list []Element
	for _, name := range names(d.Dir + "/scan_elements") {
		id, ok := cut(name, "_en")
		if !ok || text(d.Dir, "scan_elements/"+name) != "1" {
			continue
		}
		e, err := element(d.Dir, id)
		if err != nil {
			return Layout{}, err
		}
		list = append(list, e)
	}
	return Lay(list)
}

// drain empties a queue whose frames do not say how old they are: what it holds now came before this run.
func (c *capture) drain(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	for more := true; more; {
		err := raw.Read(func(fd uintptr) bool {
			n, err := syscall.Read(int(fd), c.buf)
			more = err == nil && n == len(c.buf) || errors.Is(err, syscall.EINTR)
			return true // what went wrong, the next read of loop says again
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// loop reads until ctx ends or the device does.
func (c *capture) loop(ctx context.Context, f *os.File) error {
	if c.stamp == nil {
		if err := c.drain(f); err != nil && ctx.Err() == nil {
			return fmt.Errorf("empty %s: %w", c.src, err)
		}
	}
	for {
		if err := f.SetReadDeadline(time.Now().Add(probe)); err != nil {
			return err
		}
		if ctx.Err() != nil { // whoever cancels sets a deadline after that, or is seen here
			return nil
		}
		n, err := f.Read(c.buf[c.have:])
		if ctx.Err() != nil {
			return nil
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			if err := c.listen(); err != nil {
				return err
			}
		case errors.Is(err, syscall.ENODEV), errors.Is(err, io.EOF):
			return fmt.Errorf("read %s: the buffer ended: was the device unplugged or its buffer turned off?: %w", c.src, err)
		case err != nil:
			return fmt.Errorf("read %s: %w", c.src, err)
		default:
			c.take(n)
		}
	}
}

// listen judges a silence.
func (c *capture) listen() error {
	silent := c.src.cfg.Clock.Boot() - c.heard
	if silent > c.quiet {
		return fmt.Errorf("read %s: no sample for %s: is its trigger running?", c.src, c.quiet)
	}
	if p := time.Duration(c.period); p > 0 && silent > probe+20*p {
		c.src.pulse.Mood("no samples come")
	}
	return nil
}
