package spool_test

import (
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// quickDir is a folder in memory where there is one: what such a test is about is order, not the disk.
func quickDir(t tb) string {
	t.Helper()
	parent := ""
	if _, err := os.Stat("/dev/shm"); err == nil {
		parent = "/dev/shm"
	}
	dir, err := os.MkdirTemp(parent, "dunlin-spool-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// plain is what a stream of the spool should be, in slices and maps.
type plain struct {
	low, head uint64
	records   map[uint64]uint64
	gaps      map[uint64]wire.Cause
	pending   []uint64
}

// twin drives the spool and its plain model side by side.
type twin struct {
	t     tb
	cfg   spool.Config
	dir   string
	s     *spool.Spool
	made  uint64
	epoch wire.Epoch
	model map[wire.Stream]*plain
	given map[wire.Epoch]map[wire.Stream]map[uint64]uint64 // every number that was ever sent, over all crashes
}

func newTwin(t tb) *twin {
	cfg := config()
	cfg.Max = 1 << 20
	w := &twin{t: t, cfg: cfg, dir: quickDir(t), model: map[wire.Stream]*plain{}, given: map[wire.Epoch]map[wire.Stream]map[uint64]uint64{}}
	for _, st := range []wire.Stream{wire.Results, wire.Samples} {
		w.model[st] = &plain{low: 1, records: map[uint64]uint64{}, gaps: map[uint64]wire.Cause{}}
	}
	w.s = open(t, w.dir, cfg)
	w.epoch = w.s.Stats().Epoch
	return w
}

func (w *twin) append(st wire.Stream, n, size int) {
	for range n {
		w.made++
		if err := w.s.Append(st, time.Duration(w.made), record(w.made, size)); err != nil {
			w.t.Fatal(err)
		}
		w.model[st].pending = append(w.model[st].pending, w.made)
	}
}

func (w *twin) flush() {
	flush(w.t, w.s)
	for _, m := range w.model {
		for _, c := range m.pending {
			m.head++
			m.records[m.head] = c
		}
		m.pending = nil
	}
}

func (w *twin) ack(st wire.Stream, upto uint64) {
	m := w.model[st]
	life := w.s.Stats().Life
	for _, b := range drain(w.t, w.s, st, wire.Limit{}) {
		if b.First <= upto {
			life = b.Life
		}
	}
	if err := w.s.Ack(st, wire.Ack{Epoch: w.epoch, Life: life, UpTo: upto}); err != nil {
		w.t.Fatal(err)
	}
	for n := m.low; n <= min(upto, m.head); n++ {
		delete(m.records, n)
		delete(m.gaps, n)
		m.low = n + 1
	}
}

func (w *twin) refuse(st wire.Stream, n uint64) {
	if err := w.s.Refuse(st, w.epoch, n); err != nil {
		w.t.Fatal(err)
	}
	m := w.model[st]
	if _, ok := m.records[n]; ok {
		delete(m.records, n)
		m.gaps[n] = wire.Refused
	}
}

// crash loses what is pending. Acknowledgements and refusals must be flushed before: they may be forgotten.
func (w *twin) crash() {
	dir := copyDir(w.t, w.dir)
	w.s.Close()
	w.dir = dir
	w.s = open(w.t, dir, w.cfg)
	for _, m := range w.model {
		m.pending = nil
	}
}

func (w *twin) restart() {
	if err := w.s.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.s = open(w.t, w.dir, w.cfg)
	for _, m := range w.model {
		for _, c := range m.pending {
			m.head++
			m.records[m.head] = c
		}
		m.pending = nil
	}
}

// rewind moves the model as the spool should: what is left is numbered from 1.
func (w *twin) rewind() {
	st := w.s.Stats()
	if err := w.s.Ack(wire.Results, wire.Ack{Epoch: w.epoch, Life: st.Life, Rewind: &st.Life}); err != nil {
		w.t.Fatal(err)
	}
	for _, m := range w.model {
		shift := m.low - 1
		records, gaps := map[uint64]uint64{}, map[uint64]wire.Cause{}
		for n, c := range m.records {
			records[n-shift] = c
		}
		for n, c := range m.gaps {
			gaps[n-shift] = c
		}
		m.low, m.head, m.records, m.gaps = 1, m.head-shift, records, gaps
	}
	w.flush()
	if w.epoch = w.s.Stats().Epoch; w.epoch == st.Epoch {
		w.t.Fatal("the epoch stayed")
	}
}

// check holds the spool against the model and against all that was ever sent. Eviction is the spool's own decision:
// it must be at the oldest end, and is copied into the model.
func (w *twin) check() {
	for st, m := range w.model {
		records := contents(w.t, w.s, st)
		stats := w.s.Stats().Streams[st]
		for _, g := range stats.Gaps {
			for n := g.First; n <= g.Last && g.Cause == wire.Evicted; n++ {
				if _, ok := m.records[n]; ok {
					delete(m.records, n)
					m.gaps[n] = wire.Evicted
				}
			}
		}
		w.compare(st, m, records, &stats)
	}
	if size := w.s.Stats().Size; size > w.cfg.Max {
		w.t.Fatalf("file of %d bytes", size)
	}
}

func (w *twin) compare(st wire.Stream, m *plain, records map[uint64]uint64, stats *spool.StreamStats) {
	if len(records) != len(m.records) || stats.Low != m.low || stats.Head != m.head || stats.Waiting != uint64(len(records)) {
		w.t.Fatalf("%s: %d records of %d, stats %+v, model low %d head %d", st, len(records), len(m.records), stats, m.low, m.head)
	}
	given := w.given[w.epoch]
	if given == nil {
		given = map[wire.Stream]map[uint64]uint64{}
		w.given[w.epoch] = given
	}
	if given[st] == nil {
		given[st] = map[uint64]uint64{}
	}
	oldest := m.head + 1
	for n, c := range records {
		if m.records[n] != c {
			w.t.Fatalf("%s: number %d holds %d, want %d", st, n, c, m.records[n])
		}
		if old, ok := given[st][n]; ok && old != c {
			w.t.Fatalf("%s: number %d was sent as %d and now as %d", st, n, old, c)
		}
		given[st][n] = c
		oldest = min(oldest, n)
	}
	covered := uint64(0)
	for _, g := range stats.Gaps {
		for n := g.First; n <= g.Last; n++ {
			covered++
			if m.gaps[n] != g.Cause {
				w.t.Fatalf("%s: gap %+v at %d, model says %v", st, g, n, m.gaps[n])
			}
			if g.Cause == wire.Evicted && n > oldest {
				w.t.Fatalf("%s: %d was evicted, and %d was not", st, n, oldest)
			}
		}
	}
	if covered != uint64(len(m.gaps)) {
		w.t.Fatalf("%s: gaps %+v, model has %d", st, stats.Gaps, len(m.gaps))
	}
}

// TestModel runs random operations against plain slices and maps, and looks at everything after each.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newTwin(rt)
		defer w.s.Close()
		streams := rapid.SampledFrom([]wire.Stream{wire.Results, wire.Samples})
		pick := func(m *plain) uint64 { return rapid.Uint64Range(m.low, m.head+2).Draw(rt, "number") }
		rt.Repeat(map[string]func(*rapid.T){
			"append":  func(rt *rapid.T) { w.append(streams.Draw(rt, "st"), rapid.IntRange(1, 20).Draw(rt, "n"), 20) },
			"fill":    func(rt *rapid.T) { w.flush(); w.append(streams.Draw(rt, "st"), 40, 2000); w.flush() },
			"flush":   func(*rapid.T) { w.flush() },
			"ack":     func(rt *rapid.T) { st := streams.Draw(rt, "st"); w.ack(st, pick(w.model[st])) },
			"refuse":  func(rt *rapid.T) { st := streams.Draw(rt, "st"); w.refuse(st, pick(w.model[st])) },
			"crash":   func(*rapid.T) { w.flush(); w.append(wire.Results, 3, 20); w.crash() },
			"restart": func(*rapid.T) { w.restart() },
			"rewind":  func(*rapid.T) { w.rewind() },
			"":        func(*rapid.T) { w.check() },
		})
	})
}
