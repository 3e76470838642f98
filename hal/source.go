package hal

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Source is one stream of samples.
//
// Run blocks until ctx is cancelled or the source ends or fails. It calls emit from one goroutine, never concurrently,
// and starts none that outlives it. It returns nil when ctx was cancelled, End when the source has no more samples,
// an *AbsentError when the hardware, file or program is not there, and any other error when it broke. A source may be
// run again after Run has returned; the first block of a new run has Discont set. The supervisor decides on restarts.
//
// String names the source for people, as "replay testdata/recordings/motions.csv".
type Source interface {
	Run(ctx context.Context, emit func(Block)) error
	String() string
}

// Describer is a source that knows its channels before it runs.
type Describer interface {
	Channels() []Channel
}

// Healther is a source that can say how it is. Health may be called from any goroutine while Run runs.
type Healther interface {
	Health() Health
}

// End is returned by Run of a finite source that has emitted its last block: the end of a recording, not a failure.
var End = errors.New("end of source")

// AbsentError says that what a source reads is not there: no such bus, file or program. It is not a fault of the
// agent; others go on. Fix is one sentence that tells a person what to do.
type AbsentError struct {
	What string // "recording motions.csv"
	Fix  string // "check the path in sources.demo.file"
	Err  error  // the cause, may be nil
}

func (e *AbsentError) Error() string {
	s := e.What + " is absent"
	if e.Err != nil {
		s += fmt.Sprintf(": %v", e.Err)
	}
	if e.Fix != "" {
		s += "; " + e.Fix
	}
	return s
}

func (e *AbsentError) Unwrap() error { return e.Err }

// State is the condition of a source.
type State uint8

const (
	Starting State = iota // Run has not emitted yet
	Running               // samples arrive
	Degraded              // samples arrive, but something is wrong, or none do that should (Reason says what)
	Absent                // what it reads is not there
	Failed                // it broke and waits for a restart
	Ended                 // a finite source has emitted everything
)

var stateNames = [...]string{"starting", "running", "degraded", "absent", "failed", "ended"}

func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Health is how a source is now.
type Health struct {
	State   State
	Reason  string        // one sentence, empty when Running
	Since   time.Duration // CLOCK_BOOTTIME of the last change of State
	Samples uint64        // emitted since the process started
	Gaps    uint64        // blocks emitted with Discont, the first of a run excepted
	Skipped uint64        // samples or lines that were read and could not be used
	Dropped uint64        // samples that the hardware took and nobody read: full FIFOs, overruns, late polls
	Rate    Hertz         // measured over the last blocks; zero until it is known
	Jitter  time.Duration // mean distance of a block's time from where the measured rate puts it
}
