package agent

import (
	"errors"
	"io/fs"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// State is the condition of a task, source or pipeline. The first six are the words of hal.State.
type State string

const (
	Starting State = "starting"
	Running  State = "running"
	Degraded State = "degraded" // works, but something is wrong: Reason says what
	Absent   State = "absent"   // what it needs is not there: hardware, file, program, library
	Failed   State = "failed"   // broke, and waits for a restart
	Ended    State = "ended"    // has nothing more to do
	Stopped  State = "stopped"  // was asked to stop
	Off      State = "off"      // switched off by configuration or by a person
)

// StateOf is the state of a task whose Run returned err without having been cancelled.
func StateOf(err error) State {
	var absent *hal.AbsentError
	switch {
	case errors.Is(err, hal.End):
		return Ended
	case errors.As(err, &absent), errors.Is(err, engine.ErrRuntime), errors.Is(err, fs.ErrNotExist):
		return Absent
	}
	return Failed
}
