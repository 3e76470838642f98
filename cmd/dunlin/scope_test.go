package main

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/dunlin-iot/dunlin/hal"
)

func TestSpark(t *testing.T) {
	for _, c := range []struct {
		values []float32
		width  int
		want   string
	}{
		{nil, 5, ""},
		{[]float32{3, 3}, 5, "▁▁"},
		{[]float32{0, 1, 2, 3, 4, 5, 6, 7}, 8, "▁▂▃▄▅▆▇█"},
		{[]float32{100, 0, 7}, 2, "▁█"},
	} {
		if got := spark(c.values, c.width); got != c.want {
			t.Errorf("spark(%v, %d) = %q, want %q", c.values, c.width, got, c.want)
		}
	}
}

// TestScopeShowsPeaks: a click of one sample among 2,000 of a column is on the screen.
func TestScopeShowsPeaks(t *testing.T) {
	s := &scope{}
	values := make([]float32, 16_000)
	values[9_001] = -0.8
	s.block(hal.Block{Period: time.Second / 16_000, Channels: 1, Values: values})
	got := s.look()[0]
	if len(got.curve) != 8 || got.curve[4] != -0.8 || got.least != -0.8 || got.most != 0 || got.last != 0 {
		t.Errorf("%d columns %v, least %g, most %g, last %g", len(got.curve), got.curve, got.least, got.most, got.last)
	}
}

func TestScopeKeepsTheNewest(t *testing.T) {
	s := &scope{}
	for i := range 3 * scopeColumns {
		s.block(hal.Block{At: time.Duration(i) * time.Second, Channels: 2, Values: []float32{float32(i), float32(math.NaN())}})
	}
	got := s.look()
	if c := got[0].curve; len(c) != scopeColumns || c[0] != 2*scopeColumns || c[len(c)-1] != 3*scopeColumns-1 {
		t.Errorf("%d columns from %g to %g", len(c), c[0], c[len(c)-1])
	}
	if len(got[1].curve) != 0 || got[1].last == got[1].last {
		t.Errorf("a channel without values has %d columns, last %g", len(got[1].curve), got[1].last)
	}
}

// still is a source that says what it is told.
type still struct{ health hal.Health }

func (still) Run(context.Context, func(hal.Block)) error { return nil }
func (still) String() string                             { return "bme280 at i2c-1 0x76" }
func (still) Channels() []hal.Channel {
	return []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}}
}
func (s still) Health() hal.Health { return s.health }

func TestLivePage(t *testing.T) {
	src := still{hal.Health{
		State: hal.Degraded, Reason: "humidity is clipped\x1b[2J", Samples: 42, Gaps: 1, Skipped: 2, Dropped: 3, Rate: 0.5, Jitter: 120 * time.Microsecond,
	}}
	page := livePage{name: "room", src: src, scope: &scope{}}
	if got := page.text(); !strings.Contains(got, "no sample yet") {
		t.Errorf("page before the first sample:\n%s", got)
	}
	for i := range 16 {
		page.scope.block(hal.Block{At: time.Duration(i) * 2 * time.Second, Channels: 2, Values: []float32{20 + float32(i%4)/4, 50}})
	}
	m, _ := page.Update(tea.WindowSizeMsg{Width: 90, Height: 20})
	goldenText(t, "testdata/live.golden", m.(livePage).text()+"\n")
	m, _ = page.Update(tea.WindowSizeMsg{Width: 20, Height: 5})
	lines := strings.Split(m.(livePage).text(), "\n")
	for _, l := range lines {
		if len([]rune(l)) > 20 {
			t.Errorf("line of %d in a window of 20: %q", len([]rune(l)), l)
		}
	}
	if len(lines) > 5 {
		t.Errorf("%d lines in a window of 5", len(lines))
	}
	if _, cmd := m.Update(tea.KeyPressMsg{Code: 'q', Text: "q"}); cmd == nil {
		t.Error("q does not end the page")
	}
}
