package hal_test

import (
	"math"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// beats emits blocks of n samples at the given times and returns the health after the last.
func beats(n int, at ...time.Duration) hal.Health {
	p := hal.NewPulse(clock.System{})
	p.Begin()
	for _, t := range at {
		p.Emit(func(hal.Block) {}, hal.Block{At: t, Channels: 1, Values: make([]float32, n)})
	}
	return p.Health()
}

func every(d time.Duration, n int) (at []time.Duration) {
	for i := range n {
		at = append(at, time.Duration(i)*d)
	}
	return at
}

func TestMeasuredRate(t *testing.T) {
	if h := beats(1, 0); h.Rate != 0 || h.Jitter != 0 {
		t.Errorf("after one block: %v Hz, jitter %v; nothing can be known yet", h.Rate, h.Jitter)
	}
	h := beats(5, every(50*time.Millisecond, 100)...)
	if math.Abs(float64(h.Rate)-100) > 1e-6 || h.Jitter != 0 {
		t.Errorf("5 samples every 50 ms: %v Hz, jitter %v; want 100 Hz and none", h.Rate, h.Jitter)
	}
	even := every(10*time.Millisecond, 200)
	for i := range even {
		even[i] += time.Duration(i%2) * 2 * time.Millisecond // 8 and 12 ms by turns
	}
	h = beats(1, even...)
	if math.Abs(float64(h.Rate)-100) > 3 || h.Jitter < time.Millisecond || h.Jitter > 3*time.Millisecond {
		t.Errorf("8 and 12 ms by turns: %v Hz, jitter %v; want about 100 Hz and 2 ms", h.Rate, h.Jitter)
	}
}

func TestDropsAndMoods(t *testing.T) {
	p := hal.NewPulse(clock.System{})
	p.Begin()
	var last hal.Block
	emit := func() { p.Emit(func(b hal.Block) { last = b }, hal.Block{Channels: 1, Values: []float32{1}}) }
	emit()
	p.Drop(7)
	emit()
	if h := p.Health(); h.Dropped != 7 || h.Gaps != 1 || !last.Discont {
		t.Errorf("after a drop of 7: %+v, discont %v", h, last.Discont)
	}
	p.Mood("too warm")
	if h := p.Health(); h.State != hal.Degraded || h.Reason != "too warm" {
		t.Errorf("state %v (%s)", h.State, h.Reason)
	}
	p.Mood("")
	if h := p.Health(); h.State != hal.Running || h.Reason != "" {
		t.Errorf("state %v (%s)", h.State, h.Reason)
	}
}

// hands is a clock that a test moves.
type hands struct{ boot time.Duration }

func (h *hands) Boot() time.Duration { return h.boot }
func (h *hands) Wall() time.Time     { return time.Unix(0, int64(h.boot)) }

// TestSilenceIsTold: a source with a fixed rate that gives nothing is not running, and its rate is none; one without,
// as a door that nobody opens, may be silent. What a reader takes to look at a block is no silence of the source.
func TestSilenceIsTold(t *testing.T) {
	c := &hands{boot: time.Hour}
	p := hal.NewPulse(c)
	slow := time.Duration(0)
	emit := func(period time.Duration) {
		c.boot += 500 * time.Millisecond
		p.Emit(func(hal.Block) {
			c.boot += slow
			if h := p.Health(); h.State != hal.Running {
				t.Errorf("while a block is looked at: %v (%s)", h.State, h.Reason)
			}
		}, hal.Block{At: c.boot, Period: period, Channels: 1, Values: []float32{1}})
	}
	p.Begin()
	emit(time.Second / 2)
	emit(time.Second / 2)
	c.boot += 9 * time.Second
	if h := p.Health(); h.State != hal.Running || h.Rate == 0 {
		t.Errorf("after 9 s: %+v", h)
	}
	last := c.boot - 9*time.Second
	c.boot += 2 * time.Second
	if h := p.Health(); h.State != hal.Degraded || h.Reason != "no sample for more than 10s" || h.Rate != 0 || h.Since != last {
		t.Errorf("after 11 s: %+v", h)
	}
	slow = time.Minute
	emit(time.Second / 2)
	if h := p.Health(); h.State != hal.Running || h.Reason != "" {
		t.Errorf("after the next sample: %+v", h)
	}
	slow = 0
	c.boot += 8 * time.Hour
	emit(time.Second / 2)
	c.boot += 11 * time.Second
	if h := p.Health(); h.State != hal.Degraded {
		t.Errorf("a night of silence has become usual: %+v", h)
	}
	emit(0)
	c.boot += time.Hour
	if h := p.Health(); h.State != hal.Running {
		t.Errorf("no fixed rate: %+v", h)
	}
	if err := p.Finish(t.Context(), &hal.AbsentError{What: "imu"}); err == nil || p.Health().Rate != 0 {
		t.Errorf("absent: %+v", p.Health())
	}
}
