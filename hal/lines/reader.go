package lines

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	maxLine  = 16 << 10
	maxBatch = 256 // samples in one block
)

// Config of a reader. Channels, Pulse, Emit, Clock and Logger are required.
type Config struct {
	Channels int       // numbers on a line
	Rate     hal.Hertz // zero: no fixed rate
	// Joined says that the text was joined in its midst: what stands before the first line end may be half a line and is
	// not used.
	Joined bool
	Pulse  *hal.Pulse
	Emit   func(hal.Block)
	Clock  clock.Clock
	Logger *slog.Logger // with what is read bound to it
}

// Reader turns lines into blocks.
type Reader struct {
	cfg   Config
	block hal.Block
	last  time.Duration // time of the last sample emitted
	begun bool
	bad   Trouble
	skip  bool // the rest of the line is part of one that was too long, or was joined in its midst
	long  bool // it was too long, and that was told
}

// New makes a reader of one stretch of text.
func New(cfg Config) *Reader {
	return &Reader{
		cfg: cfg, skip: cfg.Joined,
		block: hal.Block{Channels: cfg.Channels, Period: cfg.Rate.Period(), Values: make([]float32, 0, maxBatch*cfg.Channels)},
	}
}

// Read takes in lines until the text ends, which is no error, and neither is a read deadline that has passed. A last
// line without its end may be half a line: it is not used.
func (r *Reader) Read(in io.Reader) error {
	buf := bufio.NewReaderSize(in, maxLine)
	for {
		line, err := buf.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			r.tooLong()
			continue
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded):
			r.flush()
			return nil
		case err != nil:
			r.flush()
			return err
		}
		r.line(line)
		if !more(buf) || r.block.Samples() == maxBatch {
			r.flush()
		}
	}
}

// more reports whether another whole line has arrived already.
func more(buf *bufio.Reader) bool {
	waiting, err := buf.Peek(buf.Buffered())
	if err != nil {
		return false
	}
	return bytes.IndexByte(waiting, '\n') >= 0
}

func (r *Reader) tooLong() {
	if !r.long {
		r.flush()
		r.wrong("line is longer than 16 kB")
	}
	r.skip, r.long = true, true
}

func (r *Reader) line(line []byte) {
	if r.skip { // the end of the line that was too long or half
		r.skip, r.long = false, false
		return
	}
	before := len(r.block.Values)
	values, what := Parse(r.block.Values, line, r.block.Channels)
	if what != "" {
		r.block.Values = r.block.Values[:before]
		r.flush()
		r.wrong(what)
		return
	}
	r.block.Values = values
	if len(values) > before {
		r.right()
	}
}

// flush emits the samples that have arrived. The newest one arrived now; those before it are one period older each,
// but never older than what was emitted before.
func (r *Reader) flush() {
	n := r.block.Samples()
	if n == 0 {
		return
	}
	now := r.cfg.Clock.Boot()
	r.block.At = now - time.Duration(n-1)*r.block.Period
	if r.begun && r.block.At <= r.last {
		r.block.At = r.last + time.Microsecond
	}
	r.block.Discont = r.begun && r.silent(now)
	r.begun, r.last = true, r.block.At+time.Duration(n-1)*r.block.Period
	r.cfg.Pulse.Emit(r.cfg.Emit, r.block)
	r.block.Values = r.block.Values[:0]
}

// silent reports whether nothing has come for so long that samples must be missing.
func (r *Reader) silent(now time.Duration) bool {
	return r.block.Period > 0 && now-r.last > time.Second+10*r.block.Period
}

func (r *Reader) wrong(what string) {
	r.cfg.Pulse.Skip(1)
	if r.bad.Bad(r.cfg.Clock.Boot()) {
		r.cfg.Logger.Warn("line is of no use", "reason", what)
		r.cfg.Pulse.Degrade(what)
	}
}

func (r *Reader) right() {
	if !r.bad.On() {
		return
	}
	if skipped, over := r.bad.Good(r.cfg.Clock.Boot()); over {
		r.cfg.Logger.Info("lines are of use again", "skipped", skipped)
		r.cfg.Pulse.Recover()
	}
}

// Close ends the count of bad lines, so that the log never ends with an open edge.
func (r *Reader) Close() {
	if n := r.bad.Count(); n > 1 {
		r.cfg.Logger.Info("lines ended", "skipped", n)
	}
}
