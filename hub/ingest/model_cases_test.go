package ingest_test

import (
	"database/sql"
	"testing"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Named schedules: what the model check found once, and the stories that the rules are for. Each ends with the same
// checks as a random one, and with what its own story promises.

// alone makes a world with one box in which every choice is the first one.
func alone(t *testing.T) (*world, *box) {
	t.Helper()
	w := newWorld(t, func(int, string) int { return 0 })
	t.Cleanup(w.close)
	return w, w.boxes[0]
}

// put appends n results and commits them.
func (b *box) put(n int) {
	for range n {
		b.append(wire.Results, 0)
	}
	b.commit()
}

// exchange sends everything that a stream holds, and applies the answers.
func (w *world) exchange(b *box, st wire.Stream) {
	for range 10 {
		b.publish(st, false, 0)
		for _, a := range w.hub.commit(0, w.bag) {
			b.take(a)
		}
		w.bag = nil
		b.commit()
	}
}

// finish drains and checks, and returns what the schedule met.
func (w *world) finish() map[string]uint64 {
	met := map[string]uint64{}
	w.drain()
	w.check(met)
	return met
}

// eventsNamed counts the events of one name at the hub.
func (h *hub) eventsNamed(name string) (n int) {
	h.query(`SELECT data FROM records WHERE kind = 3`, func(rows *sql.Rows) error {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			return err
		}
		v, err := wire.DecodeRecord(data)
		if e, ok := v.(wire.Event); ok && e.Name == name {
			n++
		}
		return err
	})
	return n
}

// TestRestoredImage: a device whose disk is replaced by an older image loses nothing that it commits from then on,
// although the hub has other records under the same numbers.
func TestRestoredImage(t *testing.T) {
	w, b := alone(t)
	b.put(10)
	w.exchange(b, wire.Results)
	b.snap()
	b.put(5)
	w.exchange(b, wire.Results)
	b.rewind()
	b.put(3)
	met := w.finish()
	if len(w.hub.delivered()) != 10+5+3+len(streams()) || met["rewind"] == 0 || w.hub.eventsNamed(wire.EventRewound) != 1 {
		t.Errorf("%d records delivered, %v, %d events", len(w.hub.delivered()), met, w.hub.eventsNamed(wire.EventRewound))
	}
}

// TestTwoClones: both halves of a cloned device deliver all they commit.
func TestTwoClones(t *testing.T) {
	w, b := alone(t)
	b.put(4)
	w.boxes = append(w.boxes, b.clone())
	for range 3 {
		for _, b := range w.boxes {
			b.put(2)
			w.exchange(b, wire.Results)
		}
	}
	w.finish()
	if n := len(w.hub.delivered()); n != 4+12+2*len(streams()) {
		t.Errorf("%d records delivered", n)
	}
}

// TestHubFromBackup: what the hub acknowledged after the backup becomes a gap with a cause, and the device goes on.
func TestHubFromBackup(t *testing.T) {
	w, b := alone(t)
	b.put(10)
	w.exchange(b, wire.Results)
	w.hub.save()
	b.put(7)
	w.exchange(b, wire.Results)
	w.restored = true
	w.hub.restore()
	met := w.finish()
	alarms, err := w.hub.stores[0].Alarms(t.Context(), 10)
	if err != nil || met["hub_lost"] != 7 || len(alarms) != 1 || alarms[0].First != 11 || alarms[0].Last != 17 {
		t.Errorf("met %v, alarms %+v, %v", met, alarms, err)
	}
}

// TestRefusedMovesAlong: a record that was refused stays a gap with its cause when a rewind moves its stream into a new
// epoch. (Found by the model check, which had looked for it under its old number.)
func TestRefusedMovesAlong(t *testing.T) {
	w, b := alone(t)
	b.put(2)
	w.boxes = append(w.boxes, b.clone())
	b.put(1)
	w.exchange(b, wire.Results)
	twin := w.boxes[1]
	twin.put(1)
	if err := twin.spool.Refuse(wire.Results, twin.spool.Stats().Epoch, 3); err != nil {
		t.Fatal(err)
	}
	if met := w.finish(); met["refused"] != 1 || met["rewind"] == 0 {
		t.Errorf("met %v", met)
	}
}

// TestCloneDestroyed: a clone's file is destroyed before its rewind was noticed. Its gap epoch_lost cannot be stored,
// because the other's records have its numbers: it is told in an epoch of its own. (Found by the model check.)
func TestCloneDestroyed(t *testing.T) {
	w, b := alone(t)
	b.put(1)
	w.boxes = append(w.boxes, b.clone())
	twin := w.boxes[1]
	twin.put(1)
	b.put(1)
	w.exchange(b, wire.Results)
	twin.damage()
	met := w.finish()
	if w.hub.eventsNamed(wire.EventEpochClosed) != 1 || met["epoch_lost"] == 0 {
		t.Errorf("%d events tell of the closed epoch, met %v", w.hub.eventsNamed(wire.EventEpochClosed), met)
	}
}

// TestCrashAfterAnEpochWasClosed: the event that tells of a destroyed file survives a crash before the first commit.
// (Found by the model check.)
func TestCrashAfterAnEpochWasClosed(t *testing.T) {
	w, b := alone(t)
	b.put(2)
	b.damage()
	b.become(b.dir)
	b.become(b.dir)
	met := w.finish()
	if w.hub.eventsNamed(wire.EventEpochClosed) == 0 || met["epoch_lost"] == 0 {
		t.Errorf("%d events tell of the closed epoch, met %v", w.hub.eventsNamed(wire.EventEpochClosed), met)
	}
}
