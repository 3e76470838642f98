package poll_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/poll"
)

var channels = []hal.Channel{{Name: "temperature", Unit: "Cel"}}

// chip reads from a script; after it the value counts up.
type chip struct {
	script []reading
	n      int
	closed int
}

type reading struct {
	value float32
	err   error
}

func (c *chip) Read(_ context.Context, dst []float32) error {
	defer func() { c.n++ }()
	if c.n < len(c.script) {
		dst[0] = c.script[c.n].value
		return c.script[c.n].err
	}
	dst[0] = float32(c.n % 50)
	return nil
}

func (c *chip) Close() error {
	c.closed++
	return nil
}

func source(c *chip, rules ...judge.Rule) *poll.Source {
	return poll.New(poll.Config{
		What: "chip at i2c-1 0x40", Channels: channels, Every: time.Millisecond, Rules: rules, Tolerate: 3,
		Open: func(context.Context) (poll.Chip, error) { return c, nil },
	})
}

var errBus = errors.New("no acknowledgement")

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: channels,
		Endless:  func(*testing.T) hal.Source { return source(&chip{}) },
		Broken: func(*testing.T) hal.Source {
			return source(&chip{script: []reading{{1, nil}, {0, errBus}, {0, errBus}, {0, errBus}}})
		},
		Absent: func(*testing.T) hal.Source {
			return poll.New(poll.Config{What: "chip", Channels: channels, Every: time.Millisecond, Open: func(context.Context) (poll.Chip, error) {
				return nil, &hal.AbsentError{What: "chip at i2c-1 0x40", Fix: "check the wiring"}
			}})
		},
	})
}

// first runs a source until n blocks have come and returns them with the health after each.
func first(t *testing.T, s *poll.Source, n int) (blocks []hal.Block, healths []hal.Health) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := s.Run(ctx, func(b hal.Block) {
		b.Values = append([]float32(nil), b.Values...)
		blocks, healths = append(blocks, b), append(healths, s.Health())
		if len(blocks) == n {
			cancel()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return blocks, healths
}

func TestFailedReadIsAGap(t *testing.T) {
	c := &chip{script: []reading{{1, nil}, {0, errBus}, {2, nil}}}
	s := source(c)
	blocks, healths := first(t, s, 3)
	if !blocks[1].Discont || blocks[1].Values[0] != 2 || healths[1].Skipped != 1 {
		t.Errorf("after a failed read: %+v, %+v", blocks[1], healths[1])
	}
	if c.closed != 1 {
		t.Errorf("closed %d times", c.closed)
	}
	if h := s.Health(); h.Reason == errBus.Error() {
		t.Errorf("still %v (%s)", h.State, h.Reason)
	}
}

func TestUselessReadingsStayInside(t *testing.T) {
	nan := float32(math.NaN())
	c := &chip{script: []reading{{20, nil}, {300, nil}, {nan, nil}, {21, nil}}}
	blocks, healths := first(t, source(c, judge.Rule{Min: -40, Max: 85}), 2)
	if blocks[1].Values[0] != 21 || !blocks[1].Discont {
		t.Errorf("second block %+v, want 21 after a gap", blocks[1])
	}
	if healths[1].Skipped != 2 {
		t.Errorf("skipped %d", healths[1].Skipped)
	}
}

func TestManyFailuresEndTheRun(t *testing.T) {
	c := &chip{script: []reading{{1, nil}, {0, errBus}, {0, errBus}, {0, errBus}}}
	err := source(c).Run(t.Context(), func(hal.Block) {})
	if !errors.Is(err, errBus) || !strings.Contains(err.Error(), "3 times") || c.closed != 1 {
		t.Errorf("%v, closed %d times", err, c.closed)
	}
}

// TestAStuckChipIsOpenedAnew, and shows nothing of what it showed before: not while the value stands, in whatever run.
func TestAStuckChipIsOpenedAnew(t *testing.T) {
	c := &chip{}
	for range 40 {
		c.script = append(c.script, reading{77, nil})
	}
	s := source(c, judge.Rule{Stuck: 5 * time.Millisecond})
	err := s.Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "temperature has not changed for longer than 5ms: the chip is stuck") || s.Health().State != hal.Failed || c.closed != 1 {
		t.Fatalf("%v, closed %d times", err, c.closed)
	}
	before := c.n
	err = s.Run(t.Context(), func(b hal.Block) { t.Errorf("an old value was passed on: %v", b.Values) })
	if err == nil || c.n != before+3 {
		t.Errorf("%v after %d readings, want 3", err, c.n-before)
	}
	c.n = len(c.script)
	if blocks, _ := first(t, s, 2); blocks[0].Values[0] == 77 || !blocks[0].Discont {
		t.Errorf("%+v", blocks)
	}
}
