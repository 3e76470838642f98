package main

import (
	"math"
	"strings"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

const (
	scopeColumns = 240                    // of the curves that are kept: more than a screen is wide
	scopeColumn  = 125 * time.Millisecond // of samples in one column, of a source that is as fast as that
)

// scope keeps what a screen can show of a source's samples. block is called by the source, read by the screen.
type scope struct {
	mu     sync.Mutex
	traces []trace
	begun  bool
	column time.Duration // when the newest column began
}

// trace is one channel.
type trace struct {
	last, least, most float32
	mean              float64   // of about the last minute of columns
	curve             []float32 // one value for each column, the oldest first
}

func (s *scope) block(b hal.Block) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.traces == nil {
		s.traces = make([]trace, b.Channels)
	}
	for i := range b.Samples() {
		at := b.At + time.Duration(i)*b.Period
		fresh := !s.begun || at-s.column >= scopeColumn
		if fresh {
			s.begun, s.column = true, at
		}
		for ch := range s.traces {
			s.traces[ch].add(b.Values[i*b.Channels+ch], fresh)
		}
	}
}

// add takes in one sample. A column shows the sample of its time that is farthest from the mean: a peak of a fast
// source is seen, and a slow one is as it is.
func (t *trace) add(v float32, fresh bool) {
	if v != v {
		t.last = v // a value that is missing has no place on a curve
		return
	}
	if len(t.curve) == 0 {
		fresh = true
		t.least, t.most, t.mean = v, v, float64(v)
	}
	t.last, t.least, t.most = v, min(t.least, v), max(t.most, v)
	switch n := len(t.curve); {
	case !fresh:
		if math.Abs(float64(v)-t.mean) > math.Abs(float64(t.curve[n-1])-t.mean) {
			t.curve[n-1] = v
		}
		return
	case n == scopeColumns:
		copy(t.curve, t.curve[1:])
		t.curve[n-1] = v
	default:
		t.curve = append(t.curve, v)
	}
	t.mean += (float64(v) - t.mean) / float64(len(t.curve))
}

// look copies what there is now.
func (s *scope) look() []trace {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]trace, len(s.traces))
	for i, t := range s.traces {
		out[i] = t
		out[i].curve = append([]float32(nil), t.curve...)
	}
	return out
}

var sparks = []rune("▁▂▃▄▅▆▇█")

// spark draws the newest values, at most width of them, between their own least and most.
func spark(values []float32, width int) string {
	values = values[max(len(values)-width, 0):]
	if len(values) == 0 {
		return ""
	}
	least, most := values[0], values[0]
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	var b strings.Builder
	for _, v := range values {
		i := 0
		if span := float64(most) - float64(least); span > 0 {
			i = int((float64(v) - float64(least)) / span * float64(len(sparks)-1))
		}
		b.WriteRune(sparks[min(max(i, 0), len(sparks)-1)])
	}
	return b.String()
}
