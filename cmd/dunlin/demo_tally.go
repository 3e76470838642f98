package main

import (
	"sync"
	"time"
)

// minRecordings is how many recordings must have passed before accuracy is told by recording instead of by window:
// with fewer, one mistake would read as a disaster.
const minRecordings = 8

// passage is one recording that went by, and what was decided while it did.
type passage struct {
	name, label string
	from        time.Duration
	votes       map[string]int
	windows     int
	right       int
}

// tally compares decisions with the labels of the recordings they were made on. Times are CLOCK_BOOTTIME.
type tally struct {
	mu        sync.Mutex
	passages  []*passage
	decisions int
}

func (t *tally) begin(name, label string, at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.passages = append(t.passages, &passage{name: name, label: label, from: at, votes: map[string]int{}})
}

// decided counts one decision whose window ended at the given time, and returns the recording it belongs to.
func (t *tally) decided(label string, at time.Duration) (name, want string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.decisions++
	for i := len(t.passages) - 1; i >= 0; i-- {
		p := t.passages[i]
		if p.from > at {
			continue
		}
		p.votes[label]++
		p.windows++
		if p.label == label {
			p.right++
		}
		return p.name, p.label
	}
	return "", ""
}

// score is the accuracy so far.
type score struct {
	Decisions int     `json:"decisions"`
	Unit      string  `json:"unit"` // "recordings" or "windows"
	Right     int     `json:"right"`
	Of        int     `json:"of"`
	Accuracy  float64 `json:"accuracy"`
}

func (t *tally) score() score {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.byRecording()
	if s.Of < minRecordings {
		s = t.byWindow()
	}
	s.Decisions = t.decisions
	if s.Of > 0 {
		s.Accuracy = float64(s.Right) / float64(s.Of)
	}
	return s
}

// byRecording leaves out the recording that is still playing.
func (t *tally) byRecording() score {
	s := score{Unit: "recordings"}
	for i, p := range t.passages {
		if i == len(t.passages)-1 || p.windows == 0 {
			continue
		}
		s.Of++
		if majority(p.votes) == p.label {
			s.Right++
		}
	}
	return s
}

func (t *tally) byWindow() score {
	s := score{Unit: "windows"}
	for _, p := range t.passages {
		s.Of += p.windows
		s.Right += p.right
	}
	return s
}
