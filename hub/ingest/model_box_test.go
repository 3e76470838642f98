package ingest_test

import (
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// box is the device's side: a real spool in a folder. Without Run, a spool commits only on Flush, so a schedule decides.
type box struct {
	w       *world
	dir     string
	spool   *spool.Spool
	clock   *ticks
	pending []uint32                    // appended, not yet committed
	mine    map[uint32]bool             // committed on this timeline
	cursor  map[wire.Stream]wire.Cursor // where the next batch of a stream begins, when it is not the oldest
	image   *image
}

// image is a copy of a box as a backup of its disk would hold it.
type image struct {
	dir  string
	mine map[uint32]bool
}

// ticks is a clock that a schedule moves.
type ticks struct{ boot time.Duration }

func (c *ticks) Boot() time.Duration { c.boot += time.Millisecond; return c.boot }
func (c *ticks) Wall() time.Time     { return time.UnixMilli(1_700_000_000_000).Add(c.boot) }

func newBox(w *world, dir string) *box {
	b := &box{w: w, dir: dir, clock: &ticks{}, mine: map[uint32]bool{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	b.open()
	return b
}

func (b *box) open() {
	var err error
	b.spool, err = spool.Open(b.dir, spool.Config{Max: 1 << 20, Clock: b.clock, BootID: "model"})
	if err != nil {
		b.w.t.Fatal(err)
	}
	b.cursor = map[wire.Stream]wire.Cursor{}
	b.look()
}

func (b *box) close() {
	if err := b.spool.Close(); err != nil {
		b.w.t.Errorf("close spool: %v", err)
	}
}

func (b *box) append(st wire.Stream, size int) {
	uid, data := b.w.payload(st, size)
	if err := b.spool.Append(st, b.clock.Boot(), data); err != nil {
		b.w.t.Fatalf("append: %v", err)
	}
	b.pending = append(b.pending, uid)
}

// fill appends a third of what the file takes.
func (b *box) fill() {
	for range 3 {
		b.append(wire.Samples, 48<<10)
		b.append(wire.Samples, 48<<10)
		b.commit()
	}
}

// commit flushes and learns which number each record was given.
func (b *box) commit() {
	before := b.spool.Stats()
	if err := b.spool.Flush(b.w.t.Context()); err != nil {
		b.w.t.Fatalf("flush: %v", err)
	}
	b.moved(before, b.spool.Stats().Epoch)
	b.look()
	for _, uid := range b.pending {
		if !b.mine[uid] {
			b.w.t.Fatalf("record %d was flushed, but the spool does not have it", uid)
		}
	}
	b.pending = nil
}

// moved notes the new numbers of what a commit moved into a new epoch: gaps have no record by which look could know them.
func (b *box) moved(before spool.Stats, to wire.Epoch) {
	if before.Epoch == to {
		return
	}
	for _, uid := range sortedUIDs(b.mine) {
		for _, p := range b.w.places[uid] {
			if low := before.Streams[p.stream].Low; p.epoch == before.Epoch && p.number >= low {
				b.w.seen(uid, place{to, p.stream, p.number - low + 1})
			}
		}
	}
}

// look reads everything the spool would send.
func (b *box) look() {
	for _, st := range b.spool.Streams() {
		var from wire.Cursor
		for {
			batch, next, ok := b.peek(st, from, wire.Limit{})
			if !ok {
				break
			}
			for i, n := range batch.Numbers() {
				if uid, ours := uidOf(batch.Records[i].Data); ours {
					b.mine[uid] = true
					b.w.seen(uid, place{batch.Epoch, st, n})
				}
			}
			from = next
		}
	}
}

func (b *box) peek(st wire.Stream, from wire.Cursor, lim wire.Limit) (*wire.Batch, wire.Cursor, bool) {
	batch, next, ok, err := b.spool.Peek(st, from, lim)
	if err != nil {
		b.w.t.Fatalf("peek: %v", err)
	}
	return &batch, next, ok
}

// publish puts one batch on the link: the oldest, or the one after the last published.
func (b *box) publish(st wire.Stream, ahead bool, records int) {
	var from wire.Cursor
	if ahead {
		from = b.cursor[st]
	}
	batch, next, ok := b.peek(st, from, wire.Limit{Records: records})
	if !ok {
		return
	}
	payload, err := wire.EncodeBatch(nil, batch)
	if err != nil {
		b.w.t.Fatal(err)
	}
	b.cursor[st] = next
	b.w.bag = append(b.w.bag, message{st, payload})
}

func (b *box) take(a answer) {
	ack, err := wire.DecodeAck(a.payload)
	if err == nil {
		err = b.spool.Ack(a.stream, ack)
	}
	if err != nil {
		b.w.t.Fatalf("ack: %v", err)
	}
}

// refuse gives up the oldest record of a stream (rule D7).
func (b *box) refuse(st wire.Stream) {
	if batch, _, ok := b.peek(st, wire.Cursor{}, wire.Limit{Records: 1}); ok && len(batch.Records) == 1 {
		if err := b.spool.Refuse(st, batch.Epoch, batch.Numbers()[0]); err != nil {
			b.w.t.Fatalf("refuse: %v", err)
		}
	}
}

// restart stops in order: what was pending is committed.
func (b *box) restart() {
	b.commit()
	b.close()
	b.open()
}

// become opens a copy of dir in the place of what runs now: a power cut when dir is b's own.
func (b *box) become(dir string) {
	to := b.w.copyOf(dir)
	b.close()
	b.dir, b.pending = to, nil
	b.open()
}

func (b *box) snap() { b.image = &image{b.w.copyOf(b.dir), maps.Clone(b.mine)} }

// rewind restores the image.
func (b *box) rewind() {
	b.w.lie(b.mine, b.image.mine)
	b.w.rewound++
	b.mine = maps.Clone(b.image.mine)
	b.become(b.image.dir)
}

// clone starts a copy beside the original: two devices with one identity.
func (b *box) clone() *box {
	b.w.rewound++
	twin := &box{w: b.w, dir: b.w.copyOf(b.dir), clock: &ticks{b.clock.boot}, mine: maps.Clone(b.mine)}
	twin.open()
	return twin
}

// damage overwrites the spool's file while the device is off (rule D5).
func (b *box) damage() {
	b.commit()
	b.w.destroyed[b.spool.Stats().Epoch] = true
	b.close()
	path := filepath.Join(b.dir, "spool.db")
	if err := os.WriteFile(path, []byte("this is no database"), 0o600); err != nil {
		b.w.t.Fatal(err)
	}
	b.open()
}
