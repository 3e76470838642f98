package ingest

import (
	"context"
	"log/slog"
	"sync"

	"github.com/dunlin-iot/dunlin/hub/store"
)

// edge logs a trouble when it begins and when it ends, not each time it is met.
type edge struct {
	begins, ends string
	level        slog.Level

	mu  sync.Mutex
	on  bool
	met uint64 // since it began
}

func (e *edge) meet(ctx context.Context, log *slog.Logger, attrs ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.met++
	if !e.on {
		e.on = true
		log.Log(ctx, e.level, e.begins, attrs...)
	}
}

func (e *edge) over(ctx context.Context, log *slog.Logger) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.on {
		log.Log(ctx, slog.LevelInfo, e.ends, "times", e.met)
		e.on, e.met = false, 0
	}
}

// troubled is the set of devices whose last batch had some trouble. Only Run's goroutine uses it.
type troubled map[store.Device]struct{}

// begins notes whether the device has the trouble now, and reports whether it began with this batch.
func (t troubled) begins(dev store.Device, now bool) bool {
	_, before := t[dev]
	switch {
	case now && !before:
		t[dev] = struct{}{}
		return true
	case !now && before:
		delete(t, dev)
	}
	return false
}
