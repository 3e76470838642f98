package ingest_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// The model check drives the real spool and the real ingest through random schedules. This file holds what both sides
// share: the records, the link between them, and what is known to have been committed.

// place is where a box's commit put a record.
type place struct {
	epoch  wire.Epoch
	stream wire.Stream
	number uint64
}

// message is one batch on the link; answer is one acknowledgement.
type (
	message struct {
		stream  wire.Stream
		payload []byte
	}
	answer struct {
		stream  wire.Stream
		payload []byte
	}
)

// checker is what both a random schedule and a named case report to.
type checker interface {
	rapid.TB
	Context() context.Context
}

// world is one schedule.
type world struct {
	t     checker
	index func(n int, what string) int // decides among n possibilities
	dir   string
	hub   *hub
	boxes []*box // the device and, after a clone, its twin

	bag     []message // batches that were published and may still arrive, in any order, more than once
	answers []answer

	uids    uint32             // every record is unique
	places  map[uint32][]place // of every record that any box is known to have committed
	lied    map[uint32]bool    // committed, then undone by restoring an older image: nobody can promise these
	rewound int                // images restored and clones made

	destroyed map[wire.Epoch]bool // the files of these epochs were overwritten
	restored  bool                // the hub's database was replaced by an older one
	copies    int
}

// newWorld works in memory where it can: schedules are about order, not about the disk.
func newWorld(t checker, index func(n int, what string) int) *world {
	parent := ""
	if _, err := os.Stat("/dev/shm"); err == nil {
		parent = "/dev/shm"
	}
	dir, err := os.MkdirTemp(parent, "dunlin-model-")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, index: index, dir: dir, places: map[uint32][]place{}, lied: map[uint32]bool{}, destroyed: map[wire.Epoch]bool{}}
	w.hub = newHub(t, filepath.Join(dir, "hub.db"))
	w.boxes = []*box{newBox(w, w.folder())}
	return w
}

func (w *world) close() {
	for _, b := range w.boxes {
		b.close()
	}
	w.hub.close()
	if err := os.RemoveAll(w.dir); err != nil {
		w.t.Error(err)
	}
}

// folder names a new folder.
func (w *world) folder() string {
	w.copies++
	return filepath.Join(w.dir, strconv.Itoa(w.copies))
}

// copyOf is what a crash at this moment would leave of a folder.
func (w *world) copyOf(dir string) string {
	to := w.folder()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		w.t.Fatal(err)
	}
	return to
}

func (w *world) box() *box { return w.boxes[w.index(len(w.boxes), "box")] }

// streams that a schedule writes to. What it puts into samples cannot be decoded: rule H5 on every step.
func streams() []wire.Stream { return []wire.Stream{wire.Events, wire.Results, wire.Samples} }

// payload makes the next record of a stream; size pads those of samples.
func (w *world) payload(st wire.Stream, size int) (uint32, []byte) {
	w.uids++
	switch st {
	case wire.Results:
		return w.uids, wire.AppendResult(nil, wire.Result{Definition: w.uids})
	case wire.Events:
		p, err := wire.AppendEvent(nil, wire.Event{Name: "model", Facts: map[string]any{"uid": int64(w.uids)}})
		if err != nil {
			w.t.Fatal(err)
		}
		return w.uids, p
	default:
		return w.uids, append(fmt.Appendf(nil, "uid=%d;", w.uids), make([]byte, size)...)
	}
}

// uidOf reads back what payload wrote; false for records that the spool made itself.
func uidOf(p []byte) (uint32, bool) {
	if rest, ok := bytes.CutPrefix(p, []byte("uid=")); ok {
		digits, _, _ := bytes.Cut(rest, []byte(";"))
		n, err := strconv.ParseUint(string(digits), 10, 32)
		return uint32(n), err == nil
	}
	switch v, _ := wire.DecodeRecord(p); r := v.(type) {
	case wire.Result:
		return r.Definition, true
	case wire.Event:
		n, ok := r.Facts["uid"].(int64)
		return uint32(n), ok
	}
	return 0, false
}

// seen notes that a box holds a record under a number.
func (w *world) seen(uid uint32, p place) {
	if !slices.Contains(w.places[uid], p) {
		w.places[uid] = append(w.places[uid], p)
	}
}

// lie excuses what was committed after an image was taken that now replaces its successor.
func (w *world) lie(now, then map[uint32]bool) {
	for uid := range now {
		if !then[uid] {
			w.lied[uid] = true
		}
	}
}

// sortedUIDs gives checks an order that does not change from run to run.
func sortedUIDs[V any](m map[uint32]V) []uint32 { return slices.Sorted(maps.Keys(m)) }
