package ingest_test

import (
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// drain ends all trouble: one last record per stream, what is on the link arrives, and every box sends until it has
// nothing left. A box that still has something after that is stuck.
func (w *world) drain() {
	for _, b := range w.boxes {
		for _, st := range streams() {
			b.append(st, 10)
		}
		b.commit()
	}
	for len(w.bag) > 0 {
		w.answers = append(w.answers, w.hub.commit(0, w.bag[:1])...)
		w.bag = w.bag[1:]
	}
	for _, a := range w.answers {
		for _, b := range w.boxes {
			b.take(a)
		}
	}
	for range 400 {
		if !w.round() {
			return
		}
	}
	for _, b := range w.boxes {
		for _, st := range b.spool.Streams() {
			if batch, _, ok := b.peek(st, wire.Cursor{}, wire.Limit{}); ok {
				w.t.Errorf("stuck: %s of %s still has %+v", st, b.dir, batch)
			}
		}
	}
}

// round sends the oldest batch of every stream of every box, and reports whether there was any.
func (w *world) round() (busy bool) {
	for _, b := range w.boxes {
		b.commit()
		for _, st := range b.spool.Streams() {
			b.publish(st, false, 0)
			if len(w.bag) == 0 {
				continue
			}
			busy = true
			for _, a := range w.hub.commit(1, w.bag) {
				for _, to := range w.boxes {
					to.take(a)
				}
			}
			w.bag = nil
		}
	}
	return busy
}

// outcome is what the hub holds at the end of a schedule.
type outcome struct {
	gaps      map[gapKey]interval.Set
	delivered map[uint32]map[string]int // for each record, how often in which epoch
}

// check holds the hub to what the boxes committed, and notes in met what the schedule met.
func (w *world) check(met map[string]uint64) {
	o := outcome{w.hub.audit(met), w.hub.delivered()}
	for _, uid := range sortedUIDs(w.places) {
		w.checkRecord(&o, uid)
		if len(o.delivered[uid]) > 1 {
			met["twice"]++
		}
	}
	for _, uid := range sortedUIDs(o.delivered) {
		if _, committed := w.places[uid]; !committed {
			w.t.Errorf("record %d is at the hub, but no box committed it", uid)
		}
	}
	met["schedules"]++
	met["rewind"] += uint64(w.hub.rewinds)
	if w.hub.rewinds > 0 && w.rewound == 0 {
		w.t.Errorf("%d rewinds were answered, and nothing was turned back", w.hub.rewinds)
	}
}

func (w *world) checkRecord(o *outcome, uid uint32) {
	epochs := o.delivered[uid]
	if len(epochs) == 0 && !w.lied[uid] && !w.accounted(o, uid) {
		w.t.Errorf("record %d was committed as %v and is lost in silence", uid, w.places[uid])
	}
	for epoch, n := range epochs {
		if n > 1 {
			w.t.Errorf("record %d is there %d times in epoch %x", uid, n, epoch)
		}
	}
	if len(epochs) > 1 && w.rewound == 0 {
		w.t.Errorf("record %d is there in %d epochs without a rewind", uid, len(epochs))
	}
}

// accounted reports whether somebody tells of a record that never came: some number of it is a gap with a cause.
//
// Three double faults leave less than that:
//   - A hub that was restored from a backup cannot know what it lost of an epoch in which the device has nothing more to
//     say.
//   - Nor what it lost of one half of a clone, when the other half fills those numbers before.
//   - When the file of a clone, or of a restored image, is destroyed before its rewind was noticed, some numbers may be
//     the other's records: what is left of the file knows only its last life. The event epoch_closed tells of it.
func (w *world) accounted(o *outcome, uid uint32) bool {
	for _, p := range w.places[uid] {
		switch {
		case o.gaps[gapKey{p.epoch, p.stream}].Has(p.number):
			return true
		case w.restored && (w.rewound > 0 || !w.open(uid, p.epoch)):
			return true
		case w.rewound > 0 && w.destroyed[p.epoch]:
			return true
		}
	}
	return false
}

// open reports whether a box that committed a record still works in an epoch.
func (w *world) open(uid uint32, e wire.Epoch) bool {
	for _, b := range w.boxes {
		if b.mine[uid] && b.spool.Stats().Epoch == e {
			return true
		}
	}
	return false
}
