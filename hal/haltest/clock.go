package haltest

import "time"

// Clock is the time of a bubble of testing/synctest, and real time outside. It implements clock.Clock.
type Clock struct{}

// Boot is the wall time as a duration.
func (Clock) Boot() time.Duration { return time.Duration(time.Now().UnixNano()) }

// Wall is the wall time.
func (Clock) Wall() time.Time { return time.Now() }
