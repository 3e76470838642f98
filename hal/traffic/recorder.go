package traffic

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// Recorder writes the transfers of the buses and ports that it opens. Close it when they are closed.
type Recorder struct {
	now func() time.Duration

	mu    sync.Mutex
	out   *bufio.Writer
	begun time.Duration
	count int
	err   error
}

// NewRecorder makes a recorder that stamps by now, a clock that only grows, and says in the head of the text which
// source it is of. It writes to out and does not close it.
func NewRecorder(out io.Writer, source string, now func() time.Duration) *Recorder {
	r := &Recorder{now: now, out: bufio.NewWriter(out), begun: now()}
	_, r.err = fmt.Fprintf(r.out, "%s\n# source: %s\n%s\n", head, strings.Map(oneLine, source), columns)
	return r
}

func oneLine(c rune) rune {
	if c < ' ' {
		return ' '
	}
	return c
}

// Tap gives an open function whose bus is recorded.
func (r *Recorder) Tap(open Open) Open {
	return func() (i2c.BusCloser, error) {
		b, err := open()
		if err != nil {
			return nil, err
		}
		return &tapped{b, r}, nil
	}
}

// Close writes what is still held and tells how many transfers there were, and the first error of all.
func (r *Recorder) Close() (transfers int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = r.out.Flush()
	}
	if r.err != nil {
		return r.count, fmt.Errorf("write bus traffic: %w", r.err)
	}
	return r.count, nil
}

func (r *Recorder) since() time.Duration { return max(r.now()-r.begun, 0) }

func (r *Recorder) note(t Transfer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	if r.err == nil {
		_, r.err = r.out.WriteString(t.line())
	}
}

// tapped is a bus that tells a recorder.
type tapped struct {
	i2c.BusCloser
	rec *Recorder
}

func (b *tapped) Tx(address uint16, w, r []byte) error {
	at := b.rec.since()
	err := b.BusCloser.Tx(address, w, r)
	b.rec.note(Transfer{At: at, Address: address, Write: w, Read: r, Err: err})
	return err
}
