package hal_test

import (
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
