package agent_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
)

type reading struct{ now agent.Progress }

func (r *reading) Progress() agent.Progress { return r.now }
func (r *reading) String() string           { return "p" }

func TestWatch(t *testing.T) {
	r := &reading{}
	w := agent.NewWatch(10*time.Second, r)
	at := time.Unix(0, 0)
	for i, c := range []struct {
		after time.Duration
		now   agent.Progress
		stuck bool
	}{
		{0, agent.Progress{Steps: 5}, false},
		{9 * time.Second, agent.Progress{Steps: 5}, false},
		{2 * time.Second, agent.Progress{Steps: 5}, true},
		{time.Second, agent.Progress{Steps: 6}, false},
		{time.Hour, agent.Progress{Steps: 6, Idle: true}, false},
		{9 * time.Second, agent.Progress{Steps: 6}, false},
		{2 * time.Second, agent.Progress{Steps: 6}, true},
		{time.Hour, agent.Progress{Steps: 6, Timed: true}, false},
		{9 * time.Second, agent.Progress{Steps: 6}, false},
		{2 * time.Second, agent.Progress{Steps: 6}, true},
	} {
		at = at.Add(c.after)
		r.now = c.now
		if got := len(w.Stuck(at)) > 0; got != c.stuck {
			t.Errorf("reading %d: stuck %v, want %v", i, got, c.stuck)
		}
	}
}
