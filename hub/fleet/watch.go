package fleet

import "sync"

// watchers hold one channel of one slot per watcher: a signal says "look again", not what changed.
type watchers struct {
	mu  sync.Mutex
	all map[Key]map[chan struct{}]struct{}
}

func newWatchers() *watchers { return &watchers{all: map[Key]map[chan struct{}]struct{}{}} }

func (w *watchers) add(k Key) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all[k] == nil {
		w.all[k] = map[chan struct{}]struct{}{}
	}
	w.all[k][c] = struct{}{}
	return c, func() { w.remove(k, c) }
}

func (w *watchers) remove(k Key, c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all[k], c)
	if len(w.all[k]) == 0 {
		delete(w.all, k)
	}
}

func (w *watchers) signal(k Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.all[k] {
		select {
		case c <- struct{}{}:
		default: // it has not looked since the last signal
		}
	}
}
