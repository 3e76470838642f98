package hal_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// TestSilenceThatIsWanted: a source whose owner says how long it may be silent is told then, and not before, whether it
// has a rate or not, at the start and later.
func TestSilenceThatIsWanted(t *testing.T) {
	for _, c := range []struct {
		name   string
		of     hal.Silence
		period time.Duration // of the blocks
		quiet  time.Duration // until then
		first  bool          // before any block
		want   string        // a second later
	}{
		{"no rate", hal.Silence{After: 30 * time.Second, Of: "line", Check: "check its plug"}, 0, 30 * time.Second, false, "no line for more than 30s: check its plug"},
		{"no rate, from the start", hal.Silence{After: 30 * time.Second, Of: "line"}, 0, 30 * time.Second, true, "no line for more than 30s"},
		{"sooner than its rate says", hal.Silence{After: 3 * time.Second}, time.Second, 3 * time.Second, false, "no sample for more than 3s"},
		{"later than its rate says", hal.Silence{After: time.Hour}, time.Second, time.Hour, false, "no sample for more than 1h0m0s"},
		{"its rate, from the start", hal.Silence{Period: 2 * time.Second}, 2 * time.Second, 20 * time.Second, true, "no sample for more than 20s"},
		{"a fast rate, from the start", hal.Silence{Period: time.Millisecond}, time.Millisecond, 10 * time.Second, true, "no sample for more than 10s"},
		{"nobody wants it, from the start", hal.Silence{Of: "line"}, 0, 1000 * time.Hour, true, ""},
		{"nobody wants it", hal.Silence{Of: "line"}, 0, 1000 * time.Hour, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			clk := &hands{boot: time.Hour}
			p := hal.NewPulse(clk)
			p.Silence(c.of)
			clk.boot += 1000 * time.Hour // one that does not run says nothing
			well := hal.Starting
			p.Begin()
			emit := func() {
				p.Emit(func(hal.Block) {}, hal.Block{At: clk.boot, Period: c.period, Channels: 1, Values: []float32{1}})
				well = hal.Running
			}
			if !c.first {
				emit()
			}
			last := clk.boot
			clk.boot += c.quiet
			if h := p.Health(); h.State != well || h.Reason != "" {
				t.Errorf("after %s: %v: %s", c.quiet, h.State, h.Reason)
			}
			clk.boot += time.Second
			h := p.Health()
			if c.want == "" && h.State != well || c.want != "" && (h.State != hal.Degraded || h.Reason != c.want || h.Since != last) {
				t.Errorf("a second later: %v since %v: %q, want %q since %v", h.State, h.Since, h.Reason, c.want, last)
			}
			emit()
			if h := p.Health(); h.State != hal.Running || h.Reason != "" {
				t.Errorf("with the next sample: %v: %s", h.State, h.Reason)
			}
		})
	}
}

// TestNonsenseIsNoSilence: what comes and is of no use is told as that; when it stops coming, the silence is.
func TestNonsenseIsNoSilence(t *testing.T) {
	clk := &hands{boot: time.Hour}
	p := hal.NewPulse(clk)
	p.Silence(hal.Silence{After: 10 * time.Second, Of: "line"})
	p.Begin()
	for range 10 {
		clk.boot += 4 * time.Second
		p.Skip(1)
		p.Degrade("line has 1 value, not 2")
		if h := p.Health(); h.State != hal.Degraded || !strings.HasPrefix(h.Reason, "line has") {
			t.Errorf("while lines come: %v: %s", h.State, h.Reason)
		}
	}
	clk.boot += 11 * time.Second
	if h := p.Health(); h.State != hal.Degraded || h.Reason != "no line for more than 10s" {
		t.Errorf("when no more come: %v: %s", h.State, h.Reason)
	}
	if err := p.Finish(t.Context(), hal.End); err != hal.End {
		t.Error(err)
	}
	clk.boot += time.Hour
	if h := p.Health(); h.State != hal.Ended {
		t.Errorf("when it has ended: %v: %s", h.State, h.Reason)
	}
}

// TestNothingButNaN: lines may leave a value out, and a source that never has one is not well, whether it has a rate or
// not; with the next number it is.
func TestNothingButNaN(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name   string
		of     hal.Silence
		period time.Duration
		row    [][]float32 // one block a second
		quiet  time.Duration
		want   string // after that
	}{
		{"a rate", hal.Silence{}, time.Second, [][]float32{{1, 2}, {nan, nan}, {nan, nan}}, 10 * time.Second, "nothing but nan for more than 10s"},
		{"no rate", hal.Silence{}, 0, [][]float32{{nan, nan}}, 11 * time.Second, "nothing but nan for more than 10s"},
		{"no rate, not yet", hal.Silence{}, 0, [][]float32{{nan, nan}}, 10 * time.Second, ""},
		{"the owner's time", hal.Silence{After: time.Minute}, 0, [][]float32{{nan, nan}, {nan, nan}}, time.Minute, "nothing but nan for more than 1m0s"},
		{"not yet", hal.Silence{}, time.Second, [][]float32{{nan, nan}, {nan, nan}}, 9 * time.Second, ""},
		{"one of two values", hal.Silence{}, time.Second, [][]float32{{nan, 2}, {nan, 2}}, 9 * time.Second, ""},
		{"one of two samples", hal.Silence{}, time.Second, [][]float32{{nan, nan, nan, 2}, {nan, nan, nan, 2}}, 9 * time.Second, ""},
		{"a number again", hal.Silence{}, 0, [][]float32{{nan, nan}, {1, 2}}, 1000 * time.Hour, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			clk := &hands{boot: time.Hour}
			p := hal.NewPulse(clk)
			p.Silence(c.of)
			p.Begin()
			for _, values := range c.row {
				clk.boot += time.Second
				p.Emit(func(hal.Block) {}, hal.Block{At: clk.boot, Period: c.period, Channels: 2, Values: values})
			}
			clk.boot += c.quiet
			h := p.Health()
			if c.want == "" && (h.State != hal.Running || h.Reason != "") || c.want != "" && (h.State != hal.Degraded || !strings.HasPrefix(h.Reason, c.want)) {
				t.Errorf("%v: %q, want %q", h.State, h.Reason, c.want)
			}
			p.Emit(func(hal.Block) {}, hal.Block{At: clk.boot, Period: c.period, Channels: 2, Values: []float32{1, nan}})
			if h := p.Health(); h.State != hal.Running || h.Reason != "" {
				t.Errorf("with a number: %v: %q", h.State, h.Reason)
			}
		})
	}
}
