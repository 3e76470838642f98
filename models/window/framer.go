package window

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/steps"
)

// Stats count what happened since New.
type Stats struct {
	Samples   uint64 // samples taken in
	Windows   uint64 // windows that Next wrote
	Refused   uint64 // windows with a value that is not finite, before or after the steps; Next skipped them
	Missed    uint64 // windows that fell due while nobody called Next
	Malformed uint64 // blocks of another type or number of channels; each empties the window like a discontinuity
}

// Framer cuts a stream of samples into windows.
type Framer struct {
	cfg   Config
	ring  ring
	shape steps.Shape // of the windows that leave
	bytes int         // of one of them

	head int // sample position in ring where the next one goes
	due  int // samples until the next window is complete

	pending []float32 // what of the last block has not been taken in yet
	bad     uint64    // number (from 1) of the last sample that was not finite; zero for none
	last    int64
	stats   Stats
}

// ring holds the last Length samples; the oldest stands at the head once full.
type ring interface {
	// put writes whole samples to the position at and returns the last of them that holds a value that is not finite,
	// or -1.
	put(at int, samples []float32) (bad int)
	// window writes the input tensor's bytes and reports whether all values are finite.
	window(dst []byte, head int) bool
}

// New makes a framer. The error names the impossible field.
func New(cfg Config) (*Framer, error) {
	if err := cfg.Check(); err != nil {
		return nil, fmt.Errorf("make framer: %w", err)
	}
	f := &Framer{cfg: cfg, shape: cfg.in(), due: cfg.Length, last: -1}
	if len(cfg.Steps) == 0 {
		f.ring = newEncoded(&cfg)
	} else {
		chain, err := steps.New(f.shape, cfg.Steps)
		if err != nil {
			return nil, fmt.Errorf("make framer: %w", err)
		}
		f.ring, f.shape = newRaw(&cfg, chain), chain.Out()
	}
	f.bytes = f.shape.Values() * cfg.Type.Size()
	return f, nil
}

// Fits reports whether Next can write into dst: type, quantisation, and room for exactly one window.
func (f *Framer) Fits(dst engine.Tensor) error {
	if dst.Type != f.cfg.Type || len(dst.Data) != f.bytes {
		return fmt.Errorf("tensor %q is %v%v of %d bytes, a window is %v[%d %d] of %d bytes: %w", dst.Name, dst.Type, dst.Shape,
			len(dst.Data), f.cfg.Type, f.shape.Rows, f.shape.Columns, f.bytes, engine.ErrTensor)
	}
	if f.cfg.Type != engine.Float32 && !dst.Quant.Near(f.cfg.Quant) {
		return fmt.Errorf("tensor %q has quantisation %+v, the window %+v: %w", dst.Name, dst.Quant, f.cfg.Quant, engine.ErrTensor)
	}
	return nil
}

// Push offers a block [samples, channels] of float32. Its memory must stay as it is until Next has returned false or
// Push is called again. Call Next until it returns false before the next Push: windows that fall due in samples that
// the next Push finds still waiting are counted as missed. Discont says that samples are missing before this block.
func (f *Framer) Push(block engine.Tensor, discont bool) {
	for f.take() {
		f.due = f.cfg.Hop
		f.stats.Missed++
	}
	if discont {
		f.Reset()
	}
	values, err := block.Float32s()
	if err != nil || len(block.Shape) != 2 || block.Shape[1] != f.cfg.Channels {
		f.stats.Malformed++
		f.Reset()
		return
	}
	f.pending = values
}

// Next writes the next window into dst, which must pass Fits, and reports whether there was one. When it returns false,
// dst may hold a part of a refused window.
func (f *Framer) Next(dst engine.Tensor) bool {
	if dst.Type != f.cfg.Type || len(dst.Data) != f.bytes {
		panic(fmt.Sprintf("window: Next without Fits: %v", f.Fits(dst)))
	}
	for f.take() {
		f.due = f.cfg.Hop
		if f.bad > 0 && f.bad+uint64(f.cfg.Length) > f.stats.Samples || !f.ring.window(dst.Data, f.head) {
			f.stats.Refused++
			continue
		}
		f.last = int64(f.stats.Samples) - 1
		f.stats.Windows++
		return true
	}
	return false
}

// Reset empties the window: the next one holds only samples that are pushed from now on.
func (f *Framer) Reset() {
	f.pending, f.head, f.due = nil, 0, f.cfg.Length
}

// Last is the index of the last sample of the last window that Next wrote, counted from 0 over everything taken in
// since New; -1 before the first window.
func (f *Framer) Last() int64 { return f.last }

// Stats are the counters so far.
func (f *Framer) Stats() Stats { return f.stats }

// take moves pending samples into the ring until a window is complete. When it returns true, due is zero.
func (f *Framer) take() bool {
	ch := f.cfg.Channels
	for len(f.pending) > 0 && f.due > 0 {
		n := min(len(f.pending)/ch, f.due, f.cfg.Length-f.head)
		if bad := f.ring.put(f.head, f.pending[:n*ch]); bad >= 0 {
			f.bad = f.stats.Samples + uint64(bad) + 1
		}
		f.stats.Samples += uint64(n)
		f.pending = f.pending[n*ch:]
		f.due -= n
		if f.head += n; f.head == f.cfg.Length {
			f.head = 0
		}
	}
	return f.due == 0
}
