package faults_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // reads the hub's database with no help from the hub

	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// place is where a record stands; no two records share one.
type place struct {
	epoch  wire.Epoch
	stream wire.Stream
	number uint64
}

// account is what the spool was seen to have on disk: the promise that the hub has to keep.
type account struct {
	t         *testing.T
	committed map[place]string
	left      map[place]bool  // what the last look found: it may still be under way
	unclean   map[any]bool    // lives that had committed and were not stopped in order
	kills     []time.Duration // on CLOCK_BOOTTIME
}

// killed notes the moment of a kill and what it left behind.
func (a *account) killed(dir string) {
	a.t.Helper()
	a.kills = append(a.kills, clock.System{}.Boot())
	a.look(dir)
}

// look opens a copy of a spool that nobody has open and notes every record it holds.
func (a *account) look(dir string) (waiting int) {
	a.t.Helper()
	tmp := filepath.Join(a.t.TempDir(), "spool")
	if err := os.CopyFS(tmp, os.DirFS(dir)); err != nil {
		a.t.Fatal(err)
	}
	s, err := spool.Open(tmp, spool.Config{})
	if err != nil {
		a.t.Fatalf("open the copy of a killed spool: %v", err)
	}
	defer s.Close()
	a.left = map[place]bool{}
	for _, st := range s.Streams() {
		waiting += a.note(s, st)
	}
	a.tellsOf(s)
	return waiting
}

// tellsOf notes the life that the opening of the copy found unclean, if any: the hub must hear of it.
func (a *account) tellsOf(s *spool.Spool) {
	a.t.Helper()
	head := s.Stats().Streams[wire.Events].Head
	if err := s.Flush(a.t.Context()); err != nil {
		a.t.Fatalf("flush the copy: %v", err)
	}
	b, _, ok, err := s.Peek(wire.Events, wire.Cursor{Epoch: s.Stats().Epoch, Number: head + 1}, wire.Limit{})
	if err != nil {
		a.t.Fatalf("peek the copy: %v", err)
	}
	for i := range b.Records {
		record, err := wire.DecodeRecord(b.Records[i].Data)
		if e, isEvent := record.(wire.Event); ok && err == nil && isEvent && e.Name == wire.EventUncleanStop {
			if a.unclean == nil {
				a.unclean = map[any]bool{}
			}
			a.unclean[e.Facts["life"]] = true
		}
	}
}

func (a *account) note(s *spool.Spool, st wire.Stream) (n int) {
	a.t.Helper()
	for from := (wire.Cursor{}); ; {
		b, next, ok, err := s.Peek(st, from, wire.Limit{Bytes: wire.MaxMessage})
		if err != nil {
			a.t.Fatalf("peek %s: %v", st, err)
		}
		if !ok {
			return n
		}
		for i, number := range b.Numbers() {
			at := place{b.Epoch, st, number}
			data := string(b.Records[i].Data)
			if old, seen := a.committed[at]; seen && old != data {
				a.t.Errorf("%v changed its content", at)
			}
			a.committed[at] = data
			a.left[at] = true
			n++
		}
		from = next
	}
}

// settle compares the account with the hub's database: every committed record is there exactly once, as it was.
func (a *account) settle(db string) {
	a.t.Helper()
	have := a.rows(db)
	missing := 0
	for at, data := range a.committed {
		switch got := have[at]; {
		case len(got) == 0 && !a.left[at]:
			missing++
		case len(got) == 0:
		case len(got) > 1:
			a.t.Errorf("%v is in the hub %d times", at, len(got))
		case got[0] != data:
			a.t.Errorf("%v differs in the hub", at)
		}
	}
	if missing > 0 {
		a.t.Errorf("%d of %d committed records are not in the hub", missing, len(a.committed))
	}
	a.t.Logf("%d records were seen committed, %d places are filled in the hub", len(a.committed), len(have))
}

func (a *account) rows(db string) map[place][]string {
	a.t.Helper()
	conn, err := sql.Open("sqlite", "file:"+db+"?mode=ro")
	if err != nil {
		a.t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.Query(`SELECT r.epoch, r.stream, x.number, x.data FROM records x JOIN receipts r ON r.id = x.receipt`)
	if err != nil {
		a.t.Fatal(err)
	}
	defer rows.Close()
	have := map[place][]string{}
	for rows.Next() {
		var at place
		var epoch, data []byte
		if err := rows.Scan(&epoch, &at.stream, &at.number, &data); err != nil {
			a.t.Fatal(err)
		}
		copy(at.epoch[:], epoch)
		have[at] = append(have[at], string(data))
	}
	if rows.Err() != nil {
		a.t.Fatal(rows.Err())
	}
	return have
}

// verify asks the hub's own judge.
func verify(t *testing.T, db string) {
	t.Helper()
	out, err := exec.Command(fixture.Program(t, "dunlin-hub"), "verify", "--db", db).CombinedOutput()
	if err != nil {
		t.Errorf("dunlin-hub verify: %v\n%s", err, out)
	}
}

// until asks again and again whether something has come true, and fails the test when it has not in time.
func until(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		if ok() {
			tick.Stop()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("after %v still not so: %s", limit, what)
		case <-tick.C:
		}
	}
}

// slack is what a busy machine may add to the pace of commits.
const slack = 3 * time.Second

// uncleanStops checks that each kill of an agent that had committed shows as one event that bounds what was not yet
// committed: nothing older than the last commit, which was no longer ago than the pace of commits.
func (a *account) uncleanStops(db string) {
	a.t.Helper()
	lives := map[any]int{}
	for at, rows := range a.rows(db) {
		record, err := wire.DecodeRecord([]byte(rows[0]))
		event, ok := record.(wire.Event)
		if err != nil || at.stream != wire.Events || !ok || event.Name != wire.EventUncleanStop {
			continue
		}
		lives[event.Facts["life"]]++
		a.bounded(event)
	}
	for life, n := range lives {
		if n != 1 {
			a.t.Errorf("life %v has %d unclean stops", life, n)
		}
	}
	for life := range a.unclean {
		if lives[life] == 0 {
			a.t.Errorf("the unclean stop of life %v was never told", life)
		}
	}
	if len(lives) != len(a.unclean) || len(lives) < len(a.kills)/2 {
		a.t.Errorf("%d unclean stops told, %d seen, %d kills", len(lives), len(a.unclean), len(a.kills))
	}
	a.t.Logf("%d kills, %d unclean stops told", len(a.kills), len(lives))
}

func (a *account) bounded(e wire.Event) {
	a.t.Helper()
	last, ok1 := e.Facts["last_commit_us"].(int64)
	within, ok2 := e.Facts["within_us"].(int64)
	if !ok1 || !ok2 {
		a.t.Errorf("unclean stop without a bound: %v", e.Facts)
		return
	}
	from := time.Duration(last) * time.Microsecond
	until := from + time.Duration(within)*time.Microsecond + slack
	for _, k := range a.kills {
		if from <= k && k <= until {
			return
		}
	}
	a.t.Errorf("unclean stop between %v and %v fits no kill", from, until)
}
