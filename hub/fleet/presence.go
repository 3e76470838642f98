package fleet

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// stale is how long a ready device may be silent: its metrics come every 30 s.
const stale = 2 * time.Minute

// HandleState takes one message of a device's up/state topic. What it says is kept, unless it is the goodbye or the
// last will of a connection that a newer one has replaced. An error says that the message or the store is broken.
func (f *Fleet) HandleState(ctx context.Context, k Key, payload []byte) error {
	if len(payload) == 0 {
		return nil // somebody cleared the retained message: no device said so
	}
	next, err := wire.DecodeState(payload)
	if err != nil {
		return fmt.Errorf("state of %v: %w", k, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if prev, known := f.heard[k]; known && !replaces(prev, next) {
		f.cfg.Logger.Debug("late state of an older connection", "device", k.String(), "state", next.Phase)
		return nil
	}
	if err := f.store.SaveState(ctx, k, payload, f.cfg.Now()); err != nil {
		return err
	}
	f.heard[k] = next
	f.watchers.signal(k)
	return nil
}

// replaces reports whether next is news after prev. A birth always is. A goodbye or a will counts only for the
// connection it belongs to. The rule needs both messages from this run of the hub: what the database holds may be so
// old that a will of an unknown connection is the newest fact there is.
func replaces(prev, next wire.State) bool {
	return next.Phase == wire.Ready || next.Conn == prev.Conn
}

// state is a device's state in words: what it said, as far as that can still be believed.
func (f *Fleet) state(row store.DeviceRow) (State, wire.State) {
	said, err := wire.DecodeState(row.State)
	if err != nil {
		return Unknown, wire.State{} // it has sent records but never its state, or a newer hub wrote it
	}
	f.mu.Lock()
	_, heard := f.heard[row.Device]
	f.mu.Unlock()
	if said.Phase == wire.Ready && !heard && row.LastSeen.Before(f.started) {
		return Unknown, said
	}
	return State(said.Phase), said
}
