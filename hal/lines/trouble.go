package lines

import "time"

// calm is how long all must be well before a trouble is over: where good and bad take turns it is one, told once.
const calm = time.Second

// Trouble finds the edges of what is of no use among what comes one by one: lines, messages. The zero value is none.
type Trouble struct {
	bad  uint64
	last time.Duration // when a bad one came last
}

// Bad takes in one that is of no use, and reports whether a trouble begins with it.
func (t *Trouble) Bad(now time.Duration) (begins bool) {
	t.bad, t.last = t.bad+1, now
	return t.bad == 1
}

// On reports whether there is a trouble.
func (t *Trouble) On() bool { return t.bad > 0 }

// Count is how many were of no use in the trouble that there is.
func (t *Trouble) Count() uint64 { return t.bad }

// Good takes in one that is of use. When the trouble is over with it, it returns how many were of none.
func (t *Trouble) Good(now time.Duration) (bad uint64, over bool) {
	if t.bad == 0 || now-t.last < calm {
		return 0, false
	}
	bad, t.bad = t.bad, 0
	return bad, true
}
