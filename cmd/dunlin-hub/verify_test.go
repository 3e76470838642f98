package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/verify"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// received makes a database that took one batch: numbers 1 to 3 and the gap 4 to 6; 7 and 8 are still to come.
func received(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hub.db")
	db, err := store.Open(t.Context(), store.Config{Path: path, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	b := &wire.Batch{Epoch: wire.Epoch{0xab}, Lives: []wire.Span{{From: 1, Head: 8}}, Boot: 1, Low: 1, First: 1,
		Gaps: []wire.Gap{{First: 4, Last: 6, Cause: wire.Evicted}}}
	for range 3 {
		b.Records = append(b.Records, wire.Record{Data: wire.AppendResult(nil, wire.Result{})})
	}
	payload, err := wire.EncodeBatch(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	it, err := ingest.Decode(wire.Base{Tenant: "acme", Device: "watch-1"}, wire.Results, payload)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Commit(t.Context(), db, time.Now(), []ingest.Item{it}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVerify(t *testing.T) {
	sound, broken := received(t), received(t)
	db, err := sql.Open("sqlite", broken)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "DELETE FROM records WHERE number = 2"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		args     []string
		code     int
		out, err string // parts of standard output and standard error
	}{
		{"sound", []string{"--db", sound}, exitOK, "acme/watch-1  results  epoch ab000000  1 to 6  delivered 3  gaps: evicted 3  waiting 2\n", ""},
		{"sum", []string{"--db", sound}, exitOK, "total: delivered 3, gaps 3, waiting 2: every record exactly once", ""},
		{"hole", []string{"--db", broken}, exitFault, "FAULT: number 2 is delivered, but without a row",
			"the first: acme/watch-1 results epoch ab000000000000000000000000000000: number 2 is delivered, but without a row"},
		{"no database", []string{"--db", sound + ".absent"}, exitAbsent, "", "there is no database there: the hub prints its place when it starts"},
		{"no flag", nil, exitUsage, "", "verify needs --db FILE"},
		{"empty flag", []string{"--db", ""}, exitUsage, "", "verify needs --db FILE"},
		{"not a database", []string{"--db", noDatabase(t, t.TempDir())}, exitUsage, "", "hub.db\": the file is no database of a hub: the hub prints"},
		{"wrong format", []string{"--db", sound, "-o", "xml"}, exitUsage, "", "want text or json"},
		{"too much", []string{"--db", sound, "more"}, exitUsage, "", "unknown command"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), append([]string{"verify"}, tt.args...), &out, &errs)
			if code != tt.code || !strings.Contains(out.String(), tt.out) || !strings.Contains(errs.String(), tt.err) {
				t.Errorf("exit code %d, output %q, errors %q; want %d, %q, %q", code, out.String(), errs.String(), tt.code, tt.out, tt.err)
			}
		})
	}
}

func TestVerifyJSON(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"verify", "--db", received(t), "--output", "json"}, &out, &errs); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var r verify.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if !r.Clean() || r.Delivered != 3 || r.Gaps != 3 || r.Waiting != 2 || len(r.Lines) != 1 || r.Lines[0].Gaps["evicted"] != 3 {
		t.Errorf("report is %+v", r)
	}
}
