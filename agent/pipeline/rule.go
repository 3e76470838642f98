package pipeline

import (
	"fmt"
	"slices"
	"time"
)

// Rule says when a label becomes the state of a pipeline.
//
// A window's winner is its label with the highest score, if that score reaches Threshold; otherwise nobody wins. A
// winner that is not the state must win Hold windows in a row to become it; Hold windows in a row without a winner end
// the state. Hysteresis: the label that is the state goes on winning down to Release.
type Rule struct {
	Threshold float64 // 0 to 1
	Release   float64 // zero means 0.9 of Threshold; never above Threshold
	Hold      int     // windows; zero means 1
}

func (r Rule) check() (Rule, error) {
	if r.Release == 0 {
		r.Release = 0.9 * r.Threshold
	}
	if r.Hold == 0 {
		r.Hold = 1
	}
	if !(r.Threshold >= 0 && r.Threshold <= 1) || !(r.Release >= 0 && r.Release <= r.Threshold) || r.Hold < 0 {
		return r, fmt.Errorf("rule of threshold %v, release %v, hold %d: want 0 <= release <= threshold <= 1 and hold of 1 or more",
			r.Threshold, r.Release, r.Hold)
	}
	return r, nil
}

// Decision is the answer for one window.
type Decision struct {
	Label   int           // index of the label with the highest score
	Name    string        // that label
	Score   float64       // 0 to 1
	At      time.Duration // CLOCK_BOOTTIME of the window's last sample
	Held    bool          // the label is the state of the pipeline
	Changed bool          // this window changed the state
}

const nobody = -1

// holder applies a Rule to one window after the other.
type holder struct {
	rule  Rule
	state int // index of the label that is held, or nobody
	rival int // who won the last windows instead
	wins  int // windows in a row that rival has won
}

func newHolder(r Rule) holder { return holder{rule: r, state: nobody, rival: nobody} }

// decide takes in the best label of a window.
func (h *holder) decide(label int, score float64) (held, changed bool) {
	winner := nobody
	if score >= h.rule.Threshold || label == h.state && score >= h.rule.Release {
		winner = label
	}
	switch {
	case winner == h.state:
		h.wins = 0
	case winner == h.rival && h.wins > 0:
		h.wins++
	default:
		h.rival, h.wins = winner, 1
	}
	if h.wins >= h.rule.Hold {
		h.state, h.wins, changed = h.rival, 0, true
	}
	return h.state == label, changed
}

// moved is the holder for another model's rule and labels: a state whose label both have stays the state.
func (h holder) moved(r Rule, from, to []string) holder {
	n := newHolder(r)
	n.state, n.rival = place(h.state, from, to), place(h.rival, from, to)
	if h.rival == nobody || n.rival != nobody {
		n.wins = h.wins
	}
	return n
}

// place is the index that a label has in another list; nobody when it is not there.
func place(label int, from, to []string) int {
	if label == nobody {
		return nobody
	}
	return slices.Index(to, from[label])
}
