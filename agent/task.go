package agent

import (
	"context"
	"errors"
)

// Task is a part of the agent that lives as long as the agent.
type Task interface {
	// Run blocks until ctx is cancelled, then finishes what it holds and returns nil. It may be called again after it
	// has returned. hal.End says that it has nothing more to do, any other error that it wants to be restarted.
	Run(ctx context.Context) error
	// Ready is closed once the task has been fully set up for the first time.
	Ready() <-chan struct{}
	// String names the task for people, as "source imu".
	String() string
}

// ErrBroken is wrapped by a task's error when an invariant of the agent itself is broken: the supervisor then ends the
// process in order instead of restarting the task.
var ErrBroken = errors.New("broken invariant")

// Spec is a task and how much depends on it.
type Spec struct {
	Task Task
	// Critical tasks are never restarted: when one fails the agent ends, and the service manager starts a new one.
	Critical bool
}

// Stage is a group of tasks that stop together. Stages are listed in the order of the data: sources, pipelines, uplink, spool.
type Stage struct {
	Name  string
	Tasks []Spec
}
