package timelimit_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/timelimit"
)

// TestLearned: ten times the longest of few calls, ten times the 99th percentile of many, never below the least.
func TestLearned(t *testing.T) {
	for name, c := range map[string]struct {
		calls     func(add func(time.Duration))
		low, high time.Duration
	}{
		"nothing yet": {func(func(time.Duration)) {}, 30 * time.Second, 30 * time.Second},
		"fast":        {func(add func(time.Duration)) { add(20 * time.Microsecond) }, time.Second, time.Second},
		"zero":        {func(add func(time.Duration)) { add(0) }, time.Second, time.Second},
		"one slow":    {func(add func(time.Duration)) { add(2 * time.Second) }, 20 * time.Second, 25 * time.Second},
		"a slow one in 50": {func(add func(time.Duration)) {
			for i := range 1024 {
				add(time.Millisecond + time.Duration(i%50/49)*time.Second)
			}
		}, 10 * time.Second, 13 * time.Second},
		"a slow one in 500": {func(add func(time.Duration)) {
			for i := range 1024 {
				add(200*time.Millisecond + time.Duration(i%500/499)*10*time.Second)
			}
		}, 2 * time.Second, 2500 * time.Millisecond},
		"slower for good": {func(add func(time.Duration)) {
			for range 20000 {
				add(time.Millisecond)
			}
			for range 20000 {
				add(time.Second)
			}
		}, 10 * time.Second, 12500 * time.Millisecond},
		"hours": {func(add func(time.Duration)) { add(24 * time.Hour) }, 10 * time.Minute, 4 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			l := timelimit.New(timelimit.Config{})
			c.calls(l.Add)
			if got := l.Now(); got < c.low || got > c.high {
				t.Errorf("the limit is %s, want %s to %s", got, c.low, c.high)
			}
		})
	}
}

func TestFixed(t *testing.T) {
	l := timelimit.New(timelimit.Config{Fixed: 50 * time.Millisecond})
	l.Add(time.Hour)
	if l.Now() != 50*time.Millisecond {
		t.Errorf("a fixed limit became %s", l.Now())
	}
}
