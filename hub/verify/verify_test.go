package verify_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/hub/verify"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// sound makes a database that keeps the invariant: 1 to 40 delivered but for the gap 11 to 20, number 25 in quarantine,
// 41 to 50 waiting. Another device has one record.
func sound(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hub.db")
	s, err := store.Open(t.Context(), store.Config{Path: path, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	first := wire.Life{1}
	items := []ingest.Item{
		item(t, "watch-1", batch(first, 1, 10, wire.Gap{First: 11, Last: 20, Cause: wire.Evicted})),
		item(t, "watch-1", batch(first, 21, 20)),
		item(t, "watch-2", batch(first, 1, 1)),
	}
	if _, err := ingest.Commit(t.Context(), s, time.UnixMicro(1), items); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// batch holds count records from first, then a gap if there is one. Record 25 cannot be decoded.
func batch(life wire.Life, first uint64, count int, gaps ...wire.Gap) *wire.Batch {
	b := &wire.Batch{Epoch: wire.Epoch{9}, Life: life, Lives: []wire.Span{{Life: life, From: 1, Head: 50}}, Boot: 1,
		Low: 1, First: first, Gaps: gaps}
	for n := first; n < first+uint64(count); n++ {
		data := wire.AppendResult(nil, wire.Result{Definition: 7, Score: uint16(n)})
		if n == 25 {
			data = []byte("not a record")
		}
		b.Records = append(b.Records, wire.Record{At: time.Duration(n) * time.Millisecond, Data: data})
	}
	return b
}

func item(t *testing.T, device string, b *wire.Batch) ingest.Item {
	t.Helper()
	payload, err := wire.EncodeBatch(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	it, err := ingest.Decode(wire.Base{Tenant: "acme", Device: device}, wire.Results, payload)
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func check(t *testing.T, path string) *verify.Report {
	t.Helper()
	r, err := store.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	report, err := verify.Database(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestSoundDatabase(t *testing.T) {
	r := check(t, sound(t))
	if !r.Clean() || r.First != "" {
		t.Fatalf("found %d faults, the first: %s", r.Faults, r.First)
	}
	if len(r.Lines) != 2 || r.Delivered != 31 || r.Gaps != 10 || r.Waiting != 10+49 {
		t.Fatalf("report is %+v", r)
	}
	l := r.Lines[0]
	if l.Device != "acme/watch-1" || l.Stream != "results" || l.UpTo != 40 || l.Delivered != 30 || l.Gaps["evicted"] != 10 || l.Waiting != 10 {
		t.Errorf("first line is %+v", l)
	}
}

// set is the encoding of an interval set as the receipts hold it.
func set(runs ...interval.Run) []byte { return interval.Of(runs...).Append(nil) }

// gaps is the encoding of one cause's numbers.
func gaps(cause byte, runs ...interval.Run) []byte {
	body := set(runs...)
	return append([]byte{cause, byte(len(body))}, body...)
}

func TestDamage(t *testing.T) {
	const one = "(SELECT MIN(id) FROM receipts)"
	tests := []struct {
		name, sql string
		args      []any
		want      string // part of the first fault
	}{
		{"row deleted", `DELETE FROM records WHERE number = 7 AND receipt = ` + one, nil, "number 7 is delivered, but without a row"},
		{"rows deleted", `DELETE FROM records WHERE number BETWEEN 30 AND 32`, nil, "numbers 30 to 32 are delivered, but without a row"},
		{"quarantine lost", `DELETE FROM quarantine`, nil, "number 25 is delivered, but without a row"},
		{"row doubled", `INSERT INTO records SELECT * FROM records WHERE number = 9`, nil, "number 9 is in more than one row"},
		{"in both tables", `INSERT INTO records SELECT receipt, number, boot, at_us, received_us, 1, data FROM quarantine`, nil, "number 25 is in more than one row"},
		{"row renumbered", `UPDATE records SET number = 44 WHERE number = 40`, nil, "number 40 is delivered, but without a row"},
		{"row in the gap", `INSERT INTO records SELECT receipt, 15, boot, at_us, received_us, kind, data FROM records WHERE number = 10`, nil, "number 15 is in a row, but not marked delivered"},
		{"odd number", `INSERT INTO records SELECT receipt, -3, boot, at_us, received_us, kind, data FROM records WHERE number = 10`, nil, "1 rows have a number below 1"},
		{"gap forgotten", `UPDATE receipts SET gaps = x'' WHERE id = ` + one, nil, "numbers 11 to 20 are acknowledged, but neither delivered nor a gap"},
		{"gap shortened", `UPDATE receipts SET gaps = $1 WHERE id = ` + one, []any{gaps(1, interval.Run{First: 11, Last: 18})}, "numbers 19 to 20 are acknowledged"},
		{"gap overlaps", `UPDATE receipts SET gaps = $1 WHERE id = ` + one, []any{gaps(1, interval.Run{First: 10, Last: 20})}, "number 10 is both delivered and a gap evicted"},
		{"two causes", `UPDATE receipts SET gaps = $1 WHERE id = ` + one,
			[]any{append(gaps(1, interval.Run{First: 11, Last: 20}), gaps(2, interval.Run{First: 20, Last: 20})...)}, "number 20 is a gap expired and a gap for another cause"},
		{"unknown cause", `UPDATE receipts SET gaps = $1 WHERE id = ` + one, []any{gaps(77, interval.Run{First: 11, Last: 20})}, "numbers 11 to 20 are a gap with unknown cause(77)"},
		{"delivered forgotten", `UPDATE receipts SET delivered = $1 WHERE id = ` + one, []any{set(interval.Run{First: 1, Last: 10}, interval.Run{First: 22, Last: 40})}, "number 21 is acknowledged"},
		{"delivered malformed", `UPDATE receipts SET delivered = x'00' WHERE id = ` + one, nil, "the receipt cannot be read"},
		{"gaps malformed", `UPDATE receipts SET gaps = x'01ff' WHERE id = ` + one, nil, "the receipt cannot be read"},
		{"acknowledged too much", `UPDATE receipts SET upto = 43 WHERE id = ` + one, nil, "numbers 41 to 43 are acknowledged"},
		{"acknowledged below zero", `UPDATE receipts SET upto = -1 WHERE id = ` + one, nil, "the receipt cannot be read"},
		{"head taken back", `UPDATE lives SET head = 39 WHERE receipt = ` + one, nil, "number 40 is beyond 39"},
		{"life forgotten", `DELETE FROM lives WHERE receipt = ` + one, nil, "number 40 is beyond 0"},
		{"life without a range", `UPDATE lives SET first = 60 WHERE receipt = ` + one, nil, "has the range 60 to 50"},
		{"lives meet", `INSERT INTO lives SELECT receipt, x'0200000000000000', 50, 60 FROM lives WHERE receipt = ` + one, nil, "both own number 50"},
		{"life starts late", `UPDATE lives SET first = 3 WHERE receipt = ` + one, nil, "numbers 1 to 2 are delivered, but owned by no life"},
		{"receipt lost", `DELETE FROM receipts WHERE id = ` + one, nil, "30 rows belong to no receipt"},
		{"device lost", `DELETE FROM devices WHERE name = 'watch-2'`, nil, "1 rows belong to no receipt"},
		{"epoch cut", `UPDATE receipts SET epoch = x'09' WHERE id = ` + one, nil, "the receipt cannot be read"},
		{"life cut", `UPDATE lives SET life = x'01' WHERE receipt = ` + one, nil, "the receipt cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := sound(t)
			damage(t, path, tt.sql, tt.args...)
			r := check(t, path)
			if r.Clean() || !strings.Contains(r.First, tt.want) {
				t.Errorf("first fault is %q, want %q", r.First, tt.want)
			}
		})
	}
}

func damage(t *testing.T, path, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_foreign_keys=off")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	res, err := db.ExecContext(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("the damage changed %d rows, %v", n, err)
	}
}

// TestWhileTheHubRuns: verify sees a database that a hub holds open, and does not disturb it.
func TestWhileTheHubRuns(t *testing.T) {
	path := sound(t)
	s, err := store.Open(t.Context(), store.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	again := []ingest.Item{item(t, "watch-1", batch(wire.Life{1}, 41, 5))}
	err = s.Write(t.Context(), time.UnixMicro(2), func(*store.Tx) error {
		if r := check(t, path); !r.Clean() || r.Delivered != 31 {
			t.Errorf("beside an open transaction: %+v", r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Commit(t.Context(), s, time.UnixMicro(3), again); err != nil {
		t.Fatal(err)
	}
	if r := check(t, path); !r.Clean() || r.Delivered != 36 {
		t.Errorf("after another batch: %+v", r)
	}
}

func TestNotADatabase(t *testing.T) {
	dir := t.TempDir()
	if _, err := store.OpenReader(filepath.Join(dir, "absent.db")); err == nil {
		t.Error("an absent file opened")
	}
	empty := filepath.Join(dir, "empty.db")
	db, err := sql.Open("sqlite", empty)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE other (x INTEGER)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := store.OpenReader(empty)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := verify.Database(t.Context(), r); err == nil {
		t.Error("a database without our tables verified")
	}
}
