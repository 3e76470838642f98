package agent

import "time"

// Progress is one reading of how far a worker has come.
type Progress struct {
	Steps uint64 // grows with every finished piece of work
	Idle  bool   // it has nothing to do: its source is silent or absent, or it is not running
	Timed bool   // it is at something that has a limit of its own, and that limit is not over
}

// Progresser is a task whose progress can be read from any goroutine.
type Progresser interface {
	Progress() Progress
	String() string
}

// Watch finds tasks that have work and do not get on with it. It belongs to one goroutine.
type Watch struct {
	limit time.Duration
	marks []mark
}

type mark struct {
	task  Progresser
	steps uint64
	since time.Time // when steps last changed or the task was idle or timed
	begun bool
}

// NewWatch watches tasks; limit is the longest time that one piece of work may take.
func NewWatch(limit time.Duration, tasks ...Progresser) *Watch {
	w := &Watch{limit: limit}
	for _, t := range tasks {
		w.marks = append(w.marks, mark{task: t})
	}
	return w
}

// Stuck names the tasks that have been at one piece of work for longer than the limit, as of now.
func (w *Watch) Stuck(now time.Time) []string {
	var names []string
	for i := range w.marks {
		m := &w.marks[i]
		p := m.task.Progress()
		if !m.begun || p.Idle || p.Timed || p.Steps != m.steps {
			m.begun, m.steps, m.since = true, p.Steps, now
			continue
		}
		if now.Sub(m.since) > w.limit {
			names = append(names, m.task.String())
		}
	}
	return names
}
