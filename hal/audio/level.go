package audio

import (
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

const (
	fullScale = 32767. / 32768   // the largest value of 16 bits; more of 24 or 32 bits is within a step of it
	hold      = time.Second      // how long clipping is told after it was last heard
	flatFor   = 10 * time.Second // of one constant value: every microphone that works has noise
)

// level judges sound: what a microphone that is alive and not too loud can give.
type level struct {
	channels []hal.Channel
	begun    bool
	from     time.Duration // when the stretch for low and high began
	low      []float32
	high     []float32
	clipped  string // the reason, while it holds
	until    time.Duration
	flat     string
}

func newLevel(channels []hal.Channel) *level {
	return &level{channels: channels, low: make([]float32, len(channels)), high: make([]float32, len(channels))}
}

// look judges a block that begins at a time. The reason is empty when all is well.
func (l *level) look(at time.Duration, values []float32) string {
	if !l.begun {
		l.restart(at, values)
	}
	n := len(l.channels)
	for c := range n {
		low, high := l.low[c], l.high[c]
		for i := c; i < len(values); i += n {
			low, high = min(low, values[i]), max(high, values[i])
		}
		l.low[c], l.high[c] = low, high
	}
	l.clip(at, values)
	if at-l.from >= flatFor {
		l.flat = l.constant()
		l.restart(at, values)
	}
	if at < l.until {
		return l.clipped
	}
	return l.flat
}

func (l *level) restart(at time.Duration, values []float32) {
	l.begun, l.from = true, at
	copy(l.low, values)
	copy(l.high, values)
}

// clip notes the first channel that reaches full scale.
func (l *level) clip(at time.Duration, values []float32) {
	for i, v := range values {
		if v >= fullScale || v <= -fullScale {
			if at >= l.until { // the reason stays the same while it is told
				l.clipped = l.channels[i%len(l.channels)].Name + " is clipped at full scale: lower the gain of the microphone (alsamixer, F4)"
			}
			l.until = at + hold
			return
		}
	}
}

// constant names the first channel that gave one value only.
func (l *level) constant() string {
	for c := range l.channels {
		if l.low[c] == l.high[c] {
			return l.channels[c].Name + " gives one value only: it is muted or not connected"
		}
	}
	return ""
}
