package ingest_test

import (
	"context"
	"database/sql"
	"os"
	"time"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/hub/verify"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// hub is the hub's side: two workers over one real database.
type hub struct {
	t       checker
	path    string
	stores  [2]*store.Store
	clock   time.Time
	backup  string // a copy of the database; empty: none was taken
	rewinds int    // answered
}

func newHub(t checker, path string) *hub {
	h := &hub{t: t, path: path, clock: time.UnixMilli(1_700_000_000_000)}
	h.open()
	return h
}

func (h *hub) open() {
	for i := range h.stores {
		s, err := store.Open(h.t.Context(), store.Config{Path: h.path, NoSync: true})
		if err != nil {
			h.t.Fatal(err)
		}
		h.stores[i] = s
	}
}

func (h *hub) close() {
	for _, s := range h.stores {
		if err := s.Close(); err != nil {
			h.t.Errorf("close store: %v", err)
		}
	}
}

// commit lets one worker store a group of messages in one transaction, and returns the answers.
func (h *hub) commit(worker int, group []message) []answer {
	items := make([]ingest.Item, len(group))
	for i, m := range group {
		var err error
		if items[i], err = ingest.Decode(from("watch-1"), m.stream, m.payload); err != nil {
			h.t.Fatalf("the hub cannot read what the spool sent: %v", err)
		}
	}
	h.clock = h.clock.Add(time.Millisecond)
	out, err := ingest.Commit(context.WithoutCancel(h.t.Context()), h.stores[worker], h.clock, items)
	if err != nil {
		h.t.Fatalf("commit: %v", err)
	}
	answers := make([]answer, len(out))
	for i, o := range out {
		if o.Ack.Rewind != nil {
			h.rewinds++
		}
		payload, err := wire.EncodeAck(nil, o.Ack)
		if err != nil {
			h.t.Fatal(err)
		}
		answers[i] = answer{group[i].stream, payload}
	}
	return answers
}

func (h *hub) save() {
	h.backup = h.path + ".backup"
	if err := os.RemoveAll(h.backup); err != nil {
		h.t.Fatal(err)
	}
	h.query("VACUUM INTO ?", nil, h.backup)
}

// restore puts the backup in the place of the database.
func (h *hub) restore() {
	h.close()
	data, err := os.ReadFile(h.backup)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err == nil {
			err = os.RemoveAll(h.path + suffix)
		}
	}
	if err == nil {
		err = os.WriteFile(h.path, data, 0o600)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

// query runs SQL of the test's own on the database, past the code under test.
func (h *hub) query(text string, row func(*sql.Rows) error, args ...any) {
	db, err := sql.Open("sqlite", h.path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(h.t.Context(), text, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
}

// delivered is every row of records and quarantine that a schedule wrote: for each record, how often in which epoch.
func (h *hub) delivered() map[uint32]map[string]int {
	all := map[uint32]map[string]int{}
	h.query(`SELECT r.epoch, x.data FROM (SELECT receipt, data FROM records UNION ALL SELECT receipt, data FROM quarantine) x
		JOIN receipts r ON r.id = x.receipt`, func(rows *sql.Rows) error {
		var epoch, data []byte
		if err := rows.Scan(&epoch, &data); err != nil {
			return err
		}
		if uid, ours := uidOf(data); ours {
			if all[uid] == nil {
				all[uid] = map[string]int{}
			}
			all[uid][string(epoch)]++
		}
		return nil
	})
	return all
}

// gapKey names one set of numbers that carry no record.
type gapKey struct {
	epoch  wire.Epoch
	stream wire.Stream
}

// audit verifies the database, counts its gaps by cause in met, and returns them.
func (h *hub) audit(met map[string]uint64) map[gapKey]interval.Set {
	r, err := store.OpenReader(h.path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Close()
	report, err := verify.Database(h.t.Context(), r)
	if err != nil || !report.Clean() {
		h.t.Fatalf("verify: %v, %+v", err, report)
	}
	gaps := map[gapKey]interval.Set{}
	if _, err := r.Audit(h.t.Context(), func(c *store.Claim) error {
		gaps[gapKey{c.Epoch, c.Stream}] = c.Gaps.All()
		for _, cause := range c.Gaps.Causes() {
			met[cause.String()] += c.Gaps[cause].Count()
		}
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
	return gaps
}
