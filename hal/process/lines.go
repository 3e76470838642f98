package process

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"strconv"
	"time"
	"unsafe"

	"github.com/dunlin-iot/dunlin/hal"
)

const (
	maxLine  = 16 << 10
	maxBatch = 256 // samples in one block
)

// lines turns a program's output into blocks.
type lines struct {
	src   *Source
	emit  func(hal.Block)
	block hal.Block
	last  time.Duration // time of the last sample emitted
	begun bool
	bad   uint64 // lines in a row that could not be used
	skip  bool   // the rest of the line is part of one that was too long
}

func newLines(s *Source, emit func(hal.Block)) *lines {
	ch := len(s.cfg.Channels)
	return &lines{src: s, emit: emit, block: hal.Block{Channels: ch, Period: s.cfg.Rate.Period(), Values: make([]float32, 0, maxBatch*ch)}}
}

// read takes in lines until the output ends. Lines that arrived together leave together.
func (l *lines) read(in io.Reader) error {
	r := bufio.NewReaderSize(in, maxLine)
	for {
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			l.tooLong()
			continue
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded):
			l.flush() // a last line without its end may be half a line: it is not used
			return nil
		case err != nil:
			l.flush()
			return err
		}
		l.line(line)
		if !more(r) || l.block.Samples() == maxBatch {
			l.flush()
		}
	}
}

// more reports whether another whole line has arrived already.
func more(r *bufio.Reader) bool {
	waiting, err := r.Peek(r.Buffered())
	if err != nil {
		return false
	}
	return bytes.IndexByte(waiting, '\n') >= 0
}

func (l *lines) tooLong() {
	if !l.skip {
		l.flush()
		l.wrong("line is longer than 16 kB")
	}
	l.skip = true
}

func (l *lines) line(line []byte) {
	if l.skip { // the end of the line that was too long
		l.skip = false
		return
	}
	before := len(l.block.Values)
	values, what := parse(l.block.Values, line, l.block.Channels)
	if what != "" {
		l.block.Values = l.block.Values[:before]
		l.flush()
		l.wrong(what)
		return
	}
	l.block.Values = values
	if len(values) > before {
		l.right()
	}
}

// flush emits the samples that have arrived. The newest one arrived now; those before it are one period older each,
// but never older than what was emitted before.
func (l *lines) flush() {
	n := l.block.Samples()
	if n == 0 {
		return
	}
	now := l.src.cfg.Clock.Boot()
	l.block.At = now - time.Duration(n-1)*l.block.Period
	if l.begun && l.block.At <= l.last {
		l.block.At = l.last + time.Microsecond
	}
	l.block.Discont = l.begun && l.silent(now)
	l.begun, l.last = true, l.block.At+time.Duration(n-1)*l.block.Period
	l.src.pulse.Emit(l.emit, l.block)
	l.block.Values = l.block.Values[:0]
}

// silent reports whether the program has said nothing for so long that samples must be missing.
func (l *lines) silent(now time.Duration) bool {
	return l.block.Period > 0 && now-l.last > time.Second+10*l.block.Period
}

func (l *lines) wrong(what string) {
	l.src.pulse.Skip(1)
	if l.bad++; l.bad == 1 {
		l.src.cfg.Logger.Warn("line of program is of no use", "program", l.src.cfg.Command[0], "reason", what)
		l.src.pulse.Degrade(what)
	}
}

func (l *lines) right() {
	if l.bad > 0 {
		l.src.cfg.Logger.Info("lines of program are of use again", "program", l.src.cfg.Command[0], "skipped", l.bad)
		l.src.pulse.Recover()
	}
	l.bad = 0
}

// close ends the count of bad lines, so that the log never ends with an open edge.
func (l *lines) close() {
	if l.bad > 1 {
		l.src.cfg.Logger.Info("program ended", "program", l.src.cfg.Command[0], "skipped", l.bad)
	}
}

// parse appends the numbers of a line to dst; an empty line and a comment have none. what says why it cannot be used.
func parse(dst []float32, line []byte, channels int) (_ []float32, what string) {
	n := 0
	for i := 0; i < len(line); {
		if separates(line[i]) {
			i++
			continue
		}
		if n == 0 && line[i] == '#' {
			return dst, ""
		}
		end := i
		for end < len(line) && !separates(line[end]) {
			end++
		}
		v, ok := number(line[i:end])
		if !ok {
			return dst, "no number: " + strconv.QuoteToASCII(string(line[i:min(end, i+40)]))
		}
		if n++; n > channels {
			break
		}
		dst, i = append(dst, v), end
	}
	if n != 0 && n != channels {
		return dst, "not " + strconv.Itoa(channels) + " numbers on the line"
	}
	return dst, ""
}

func separates(c byte) bool {
	return c == ' ' || c == ',' || c == '\t' || c == ';' || c == '\r' || c == '\n'
}

func number(field []byte) (float32, bool) {
	if s := string(field); s == "nan" || s == "NaN" || s == "NAN" {
		return float32(math.NaN()), true
	}
	for _, c := range field {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	// ParseFloat keeps no part of its argument; a string of its own per value would be garbage on every line.
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(field), len(field)), 32)
	return float32(v), err == nil
}
