package fifo_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/fifo"
	"github.com/dunlin-iot/dunlin/hal/fifo/fifotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

var channels = []hal.Channel{{Name: "ax", Unit: "m/s2"}, {Name: "gx", Unit: "rad/s"}}

var errBus = errors.New("no acknowledgement")

// chip makes samples at a true rate; its values count up. Drains are scripted by number, counted from zero.
type chip struct {
	rate    float64
	holds   int // samples in the FIFO
	begun   time.Time
	taken   int
	counted int
	drains  int
	closed  int
	fail    map[int]error
	torn    map[int]bool // a failing drain that took samples off
	value   func(i int) float32
	stop    int // no samples after this many; zero means never
}

func (c *chip) open(context.Context) (fifo.Chip, error) {
	c.begun, c.taken, c.drains = time.Now(), 0, 0
	return c, nil
}

func (c *chip) made() int {
	n := int(time.Since(c.begun).Seconds() * c.rate)
	if c.stop > 0 {
		n = min(n, c.stop)
	}
	return n
}

func (c *chip) Count(context.Context) error {
	c.counted = c.made()
	if err := c.fail[c.drains]; err != nil && !c.torn[c.drains] {
		c.drains++
		return err
	}
	return nil
}

func (c *chip) Drain(_ context.Context, dst []float32) ([]float32, bool, error) {
	defer func() { c.drains++ }()
	n := c.counted
	if err := c.fail[c.drains]; err != nil {
		c.taken = n
		return nil, true, err
	}
	lost := n-c.taken > c.holds
	if lost {
		c.taken = n - c.holds
	}
	dst = dst[:0]
	for ; c.taken < n; c.taken++ {
		v := float32(c.taken)
		if c.value != nil {
			v = c.value(c.taken)
		}
		dst = append(dst, v, -v)
	}
	return dst, lost, nil
}

func (c *chip) Close() error {
	c.closed++
	return nil
}

func source(c *chip, rules ...judge.Rule) *fifo.Source {
	return fifo.New(fifo.Config{
		What: "chip at i2c-1 0x6a", Channels: channels, Rate: 1000, Every: 10 * time.Millisecond, Rules: rules, Tolerate: 3, Open: c.open,
		Clock: haltest.Clock{},
	})
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: channels,
		Endless:  func(*testing.T) hal.Source { return source(&chip{rate: 1000, holds: 500}) },
		Broken: func(*testing.T) hal.Source {
			return source(&chip{rate: 1000, holds: 500, fail: map[int]error{3: errBus, 4: errBus, 5: errBus}})
		},
		Absent: func(*testing.T) hal.Source {
			return fifo.New(fifo.Config{What: "chip", Channels: channels, Rate: 1000, Every: time.Millisecond, Open: func(context.Context) (fifo.Chip, error) {
				return nil, &hal.AbsentError{What: "chip at i2c-1 0x40", Fix: "check the wiring"}
			}})
		},
	})
}

// play runs a source in a bubble for a while; every block passes through see.
func play(t *testing.T, s *fifo.Source, length time.Duration, see func(b hal.Block)) error {
	t.Helper()
	_, err := fifotest.Play(t, length, func() hal.Source { return s }, see)
	return err
}

// TestTrueRate: a chip that is 3 % slow; every sample comes once, in order, with the time at which it was made.
func TestTrueRate(t *testing.T) {
	c := &chip{rate: 970, holds: 500}
	s := source(c)
	next := 0
	err := play(t, s, 20*time.Second, func(b hal.Block) {
		for i := range b.Samples() {
			if got := b.Values[2*i]; int(got) != next || b.Values[2*i+1] != -got {
				t.Fatalf("sample %v, want %d", got, next)
			}
			next++
		}
		made := time.Duration(c.begun.UnixNano()) + time.Duration(float64(next)/970*1e9)
		last := b.At + time.Duration(b.Samples()-1)*b.Period
		if wrong := (last - made).Abs(); next > 9700 && wrong > b.Period {
			t.Fatalf("sample %d is off by %v", next, wrong)
		}
	})
	h := s.Health()
	if err != nil || h.Dropped != 0 || h.Gaps != 0 || h.Samples < 19380 || math.Abs(float64(h.Rate)/970-1) > 0.001 {
		t.Errorf("%v; %+v", err, h)
	}
}

// TestOverrun: what the FIFO could not hold while three drains were refused is counted and seen as one gap.
func TestOverrun(t *testing.T) {
	c := &chip{rate: 1030, holds: 20, fail: map[int]error{100: errBus, 101: errBus}}
	gaps, lost, next := 0, 0, 0
	s := source(c)
	if err := play(t, s, 3*time.Second, func(b hal.Block) {
		if got := int(b.Values[0]); got != next {
			gaps, lost = gaps+1, lost+got-next
			if !b.Discont {
				t.Errorf("%d samples are missing before %d, without Discont", got-next, got)
			}
		} else if b.Discont && next > 0 {
			t.Errorf("Discont before %d, where nothing is missing", got)
		}
		next = int(b.Values[len(b.Values)-2]) + 1
	}); err != nil {
		t.Fatal(err)
	}
	h := s.Health()
	if gaps != 1 || h.Gaps != 1 || lost < 5 || math.Abs(float64(h.Dropped)-float64(lost)) > 2 {
		t.Errorf("%d gaps, %d lost; %+v", gaps, lost, h)
	}
}

// TestOverrunIsTold, for a while: counts alone move nobody to lower the rate.
func TestOverrunIsTold(t *testing.T) {
	c := &chip{rate: 1000, holds: 20, fail: map[int]error{100: errBus, 101: errBus}}
	s := source(c)
	told := map[time.Duration]hal.Health{}
	var began time.Duration
	if err := play(t, s, 20*time.Second, func(b hal.Block) {
		if began == 0 {
			began = b.At
		}
		told[(b.At - began).Truncate(time.Second)] = s.Health()
	}); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration]hal.State{0: hal.Running, 2 * time.Second: hal.Degraded, 9 * time.Second: hal.Degraded, 13 * time.Second: hal.Running} {
		if h := told[at]; h.State != want || (want == hal.Degraded) != strings.Contains(h.Reason, "lower the rate") {
			t.Errorf("after %s: %v %q, want %v", at, h.State, h.Reason, want)
		}
	}
}

// TestRefusedDrainLosesNothing: the FIFO keeps what a refused transfer did not take; a torn one is a gap.
func TestRefusedDrainLosesNothing(t *testing.T) {
	for name, torn := range map[string]bool{"refused": false, "torn": true} {
		t.Run(name, func(t *testing.T) {
			c := &chip{rate: 1000, holds: 500, fail: map[int]error{50: errBus}, torn: map[int]bool{50: torn}}
			s := source(c)
			discont := 0
			if err := play(t, s, time.Second, func(b hal.Block) {
				if b.Discont {
					discont++
				}
			}); err != nil {
				t.Fatal(err)
			}
			h := s.Health()
			if torn && (discont != 2 || h.Dropped < 9 || h.Dropped > 11) || !torn && (discont != 1 || h.Dropped != 0) {
				t.Errorf("discontinuous %d times; %+v", discont, h)
			}
		})
	}
}

// TestUselessSamplesCut: the good samples before are emitted, those after are discontinuous.
func TestUselessSamplesCut(t *testing.T) {
	c := &chip{rate: 1000, holds: 500, value: func(i int) float32 {
		if i == 15 || i == 16 {
			return 500
		}
		return float32(i % 10)
	}}
	s := source(c, judge.Rule{Min: -100, Max: 100})
	var sizes []int
	var blocks []hal.Block
	if err := play(t, s, 55*time.Millisecond, func(b hal.Block) {
		sizes, blocks = append(sizes, b.Samples()), append(blocks, b)
	}); err != nil {
		t.Fatal(err)
	}
	h := s.Health()
	if len(blocks) < 4 || sizes[1]+sizes[2]+2 != 10 || blocks[1].Discont || !blocks[2].Discont || h.Skipped != 2 || h.Dropped != 0 {
		t.Fatalf("blocks of %v; %+v", sizes, h)
	}
	if step := blocks[2].At - blocks[1].At; step != time.Duration(sizes[1]+2)*blocks[1].Period {
		t.Errorf("the block after two bad samples is %v later", step)
	}
}

// TestEndings: what ends a run.
func TestEndings(t *testing.T) {
	for _, c := range []struct {
		name, want string
		chip       chip
	}{
		{"many failures", "3 times", chip{rate: 1000, holds: 99, fail: map[int]error{5: errBus, 6: errBus, 7: errBus}}},
		{"no samples", "the chip has stopped", chip{rate: 1000, holds: 99, stop: 40}},
		{"never a sample", "the chip has stopped", chip{rate: 0, holds: 99}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := source(&c.chip)
			err := play(t, s, time.Minute, func(hal.Block) {})
			if err == nil || !strings.Contains(err.Error(), c.want) || c.chip.closed != 1 || s.Health().State != hal.Failed {
				t.Errorf("%v, closed %d times, %v", err, c.chip.closed, s.Health().State)
			}
		})
	}
}

// TestAStuckChipIsOpenedAnew, and what it showed before is never passed on again: not after it was opened either.
func TestAStuckChipIsOpenedAnew(t *testing.T) {
	c := &chip{rate: 1000, holds: 99, value: func(i int) float32 { return float32(min(i, 40)) }}
	s := source(c, judge.Rule{Stuck: time.Second})
	synctest.Test(t, func(t *testing.T) {
		err := s.Run(t.Context(), func(hal.Block) {})
		if err == nil || !strings.Contains(err.Error(), "ax has not changed for longer than 1s: the chip is stuck") || s.Health().State != hal.Failed {
			t.Fatal(err)
		}
		c.value = func(int) float32 { return 40 }
		if err := s.Run(t.Context(), func(b hal.Block) { t.Errorf("old values: %v", b.Values) }); err == nil || c.drains != 3 || c.closed != 2 {
			t.Errorf("%v after %d drains, closed %d times", err, c.drains, c.closed)
		}
		c.value = nil
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.Run(ctx, func(hal.Block) { cancel() }); err != nil || s.Health().Samples < 50 {
			t.Errorf("%v; %+v", err, s.Health())
		}
	})
}

// TestNoAllocations: a drain, its stamps, its judgement and its block.
func TestNoAllocations(t *testing.T) {
	c := &chip{rate: 50000, holds: 500}
	s := fifo.New(fifo.Config{What: "chip", Channels: channels, Rate: 50000, Every: 100 * time.Microsecond, Open: c.open, Rules: []judge.Rule{{Min: -1e9, Max: 1e9}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	more, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx, func(hal.Block) { more <- struct{}{} })
	}()
	for range 100 {
		<-more
	}
	if n := testing.AllocsPerRun(1000, func() { <-more }); n != 0 {
		t.Errorf("%v allocations per block", n)
	}
	cancel()
	go func() {
		for range more {
		}
	}()
	<-done
	close(more)
}
