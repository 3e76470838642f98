package registers

import (
	"bytes"
	"fmt"
	"time"
)

// every is how long a watch trusts a chip.
const every = time.Second

// Watch keeps what a chip's settings must be and compares them now and then.
type Watch struct {
	conn    *Conn
	ranges  []settings
	buf     []byte
	checked time.Duration
	suspect bool // the last comparison did not match, or could not be made
}

type settings struct {
	reg        uint8
	want, mask []byte
}

// Watch makes a watch that expects nothing yet.
func (c *Conn) Watch() *Watch { return &Watch{conn: c} }

// Expect says that registers from reg on must hold want; it replaces what was expected there. Mask, where there is one,
// tells which bits count.
func (w *Watch) Expect(reg uint8, want, mask []byte) {
	if len(want) > len(w.buf) {
		w.buf = make([]byte, len(want))
	}
	for i := range w.ranges {
		if w.ranges[i].reg == reg {
			w.ranges[i] = settings{reg, want, mask}
			return
		}
	}
	w.ranges = append(w.ranges, settings{reg, want, mask})
}

// Verify compares all that is expected.
func (w *Watch) Verify() error {
	for _, s := range w.ranges {
		got := w.buf[:len(s.want)]
		if err := w.conn.Read(s.reg, got); err != nil {
			return err
		}
		for i := range s.mask {
			got[i] &= s.mask[i]
		}
		if !bytes.Equal(got, s.want) {
			return fmt.Errorf("registers from 0x%02x hold % x, % x was written: the chip was reset or does not listen", s.reg, got, s.want)
		}
	}
	return nil
}

// Before is asked before samples are taken: it verifies when After found something wrong.
func (w *Watch) Before() error {
	if !w.suspect {
		return nil
	}
	err := w.Verify()
	w.suspect = err != nil
	return err
}

// After verifies when the last time was a second ago, or when there is a reason to. What it finds is told by Before,
// for the samples just taken are good: a chip that was reset makes none.
func (w *Watch) After(now time.Duration, reason bool) {
	if w.suspect || !reason && now-w.checked < every {
		return
	}
	w.suspect = w.Verify() != nil
	w.checked = now
}
