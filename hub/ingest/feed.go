package ingest

import (
	"sync"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Committed is one batch's worth of records that are on disk.
type Committed struct {
	Device  store.Device
	Stream  wire.Stream
	Records []Record // by number; shared by all subscribers, not to be changed
}

// feed hands committed records to subscribers and waits for none of them.
type feed struct {
	mu     sync.Mutex
	subs   map[chan Committed]struct{}
	behind uint64
	closed bool
}

// subscribe returns a channel of size slots, and a function that ends the subscription. The channel is closed when it
// ends, be it by that function, because its reader fell behind, or because ingest stopped.
func (f *feed) subscribe(size int) (<-chan Committed, func()) {
	ch := make(chan Committed, size)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		close(ch)
		return ch, func() {}
	}
	if f.subs == nil {
		f.subs = map[chan Committed]struct{}{}
	}
	f.subs[ch] = struct{}{}
	return ch, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.drop(ch)
	}
}

// drop closes a channel once; the lock is held.
func (f *feed) drop(ch chan Committed) {
	if _, ok := f.subs[ch]; ok {
		delete(f.subs, ch)
		close(ch)
	}
}

// send ends the subscriptions whose channel is full.
func (f *feed) send(c Committed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ch := range f.subs {
		select {
		case ch <- c:
		default:
			f.behind++
			f.drop(ch)
		}
	}
}

func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for ch := range f.subs {
		f.drop(ch)
	}
}

func (f *feed) fellBehind() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.behind
}
