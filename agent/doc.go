// Package agent says what "running" means: a Task, the supervisor that keeps tasks alive and stops them in the order of
// the data, and the words of the agent's status.
//
// Tasks enter, built by cmd/dunlin; states, restarts and reasons leave. The package imports vocabulary (hal,
// models/engine, sync/wire) and the standard library, and knows no concrete source, store or network. The supervisor owns one
// goroutine per task, and a second one that waits for the task to be ready.
package agent
