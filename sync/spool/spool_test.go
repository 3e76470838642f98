package spool_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// steady is a clock that stands in 1970: nothing in the spool may depend on the date.
type steady struct{ at time.Duration }

func (c steady) Boot() time.Duration { return c.at }
func (steady) Wall() time.Time       { return time.Unix(0, 0) }

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(f func())
	Context() context.Context
}

func config() spool.Config {
	return spool.Config{Clock: steady{time.Minute}, BootID: "boot-1", Quiet: time.Hour}
}

func open(t tb, dir string, cfg spool.Config) *spool.Spool {
	t.Helper()
	s, err := spool.Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func flush(t tb, s *spool.Spool) {
	t.Helper()
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// record makes a payload that says which it is, of at least 8 bytes.
func record(n uint64, size int) []byte {
	p := make([]byte, max(size, 8))
	binary.BigEndian.PutUint64(p, n)
	return p
}

func put(t tb, s *spool.Spool, st wire.Stream, from, to uint64) {
	t.Helper()
	for n := from; n <= to; n++ {
		if err := s.Append(st, time.Duration(n)*time.Millisecond, record(n, 0)); err != nil {
			t.Fatal(err)
		}
	}
}

// drain reads everything that is committed, in batches of lim, each checked by the rules of wire.
func drain(t tb, s *spool.Spool, st wire.Stream, lim wire.Limit) (all []wire.Batch) {
	t.Helper()
	var at wire.Cursor
	for {
		b, next, ok, err := s.Peek(st, at, lim)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return all
		}
		if p, err := wire.EncodeBatch(nil, &b); err != nil || len(p) > wire.MaxMessage || lim.Bytes > 0 && len(p) > lim.Bytes && len(b.Records) > 1 {
			t.Fatalf("batch of %d bytes: %v", len(p), err)
		}
		if next == at || next.Number != b.Last()+1 {
			t.Fatalf("batch up to %d, next is %+v", b.Last(), next)
		}
		all, at = append(all, b), next
	}
}

// contents maps the number of each record of the open epoch to what record wrote.
func contents(t tb, s *spool.Spool, st wire.Stream) map[uint64]uint64 {
	t.Helper()
	out := map[uint64]uint64{}
	for _, b := range drain(t, s, st, wire.Limit{}) {
		for i, n := range b.Numbers() {
			out[n] = binary.BigEndian.Uint64(b.Records[i].Data)
		}
	}
	return out
}

func numbers(from, to uint64) map[uint64]uint64 {
	out := map[uint64]uint64{}
	for n := from; n <= to; n++ {
		out[n] = n
	}
	return out
}

func ack(t tb, s *spool.Spool, st wire.Stream, upto uint64) {
	t.Helper()
	b, _, ok, err := s.Peek(st, wire.Cursor{}, wire.Limit{})
	if err != nil || !ok {
		t.Fatal("nothing to acknowledge", err)
	}
	if err := s.Ack(st, wire.Ack{Epoch: b.Epoch, Life: b.Lives[len(b.Lives)-1].Life, UpTo: upto}); err != nil {
		t.Fatal(err)
	}
}

// copyDir copies a spool's folder: what a crash, a restored image or a clone begins with.
func copyDir(t tb, dir string) string {
	t.Helper()
	out := quickDir(t)
	if err := os.CopyFS(out, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return out
}

// events decodes the records of the stream of events.
func events(t tb, s *spool.Spool) (out []wire.Event) {
	t.Helper()
	for _, b := range drain(t, s, wire.Events, wire.Limit{}) {
		for _, r := range b.Records {
			v, err := wire.DecodeRecord(r.Data)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, v.(wire.Event))
		}
	}
	return out
}

func only(t tb, list []wire.Event, name string) wire.Event {
	t.Helper()
	var found []wire.Event
	for _, e := range list {
		if e.Name == name {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d events %s in %+v", len(found), name, list)
	}
	return found[0]
}

func TestAppendCommitPeekAck(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, config())
	put(t, s, wire.Results, 1, 10)
	if got := drain(t, s, wire.Results, wire.Limit{}); len(got) != 0 {
		t.Fatalf("sent before the commit: %+v", got)
	}
	flush(t, s)
	if diff := cmp.Diff(numbers(1, 10), contents(t, s, wire.Results)); diff != "" {
		t.Fatal(diff)
	}
	b, _, _, _ := s.Peek(wire.Results, wire.Cursor{}, wire.Limit{Records: 3})
	if b.Boot != 1 || b.Low != 1 || len(b.Records) != 3 || b.Records[2].At != 3*time.Millisecond {
		t.Errorf("batch %+v", b)
	}
	ack(t, s, wire.Results, 4)
	if diff := cmp.Diff(numbers(5, 10), contents(t, s, wire.Results)); diff != "" {
		t.Error("an acknowledgement counts at once:", diff)
	}
	flush(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, config())
	put(t, s, wire.Results, 11, 12)
	flush(t, s)
	if diff := cmp.Diff(numbers(5, 12), contents(t, s, wire.Results)); diff != "" {
		t.Error(diff)
	}
	got := drain(t, s, wire.Results, wire.Limit{})
	if len(got) != 2 || got[0].Life == got[1].Life || len(got[0].Lives) != 2 || got[1].Lives[1].From != 11 || got[1].Low != 5 {
		t.Errorf("one batch for each life: %+v", got)
	}
	if ev := events(t, s); len(ev) != 0 {
		t.Errorf("an ordered stop is told as %+v", ev)
	}
}

func TestLimits(t *testing.T) {
	s := open(t, t.TempDir(), config())
	for n := range uint64(400) {
		if err := s.Append(wire.Samples, 0, record(n, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, s)
	for _, lim := range []wire.Limit{{}, {Records: 1}, {Bytes: 10}, {Bytes: 5000}, {Records: 7, Bytes: 1 << 20}} {
		t.Run(fmt.Sprintf("%+v", lim), func(t *testing.T) {
			total := 0
			for _, b := range drain(t, s, wire.Samples, lim) {
				total += len(b.Records)
				if lim.Records > 0 && len(b.Records) > lim.Records {
					t.Errorf("%d records", len(b.Records))
				}
			}
			if total != 400 {
				t.Errorf("%d of 400 records", total)
			}
		})
	}
}

func TestAppendRefuses(t *testing.T) {
	s := open(t, t.TempDir(), config())
	if s.Append("nobody", 0, nil) == nil || s.Append(wire.Events, -1, nil) == nil || s.Append(wire.Events, 0, make([]byte, wire.MaxRecord+1)) == nil {
		t.Error("accepted")
	}
	if err := s.Append(wire.Events, 0, make([]byte, wire.MaxRecord)); err != nil {
		t.Error(err)
	}
	flush(t, s)
	if got := drain(t, s, wire.Events, wire.Limit{Bytes: 100}); len(got) != 1 || len(got[0].Records[0].Data) != wire.MaxRecord {
		t.Error("the largest record is not sent")
	}
}

func TestStreamsByClass(t *testing.T) {
	cfg := config()
	cfg.Streams = map[wire.Stream]wire.Class{"alarm": wire.Critical, "scan": wire.Bulk}
	got := open(t, t.TempDir(), cfg).Streams()
	want := []wire.Stream{"alarm", wire.Events, wire.Results, wire.Metrics, wire.Samples, "scan"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	cfg.Streams = map[wire.Stream]wire.Class{"No": wire.Bulk}
	if _, err := spool.Open(t.TempDir(), cfg); err == nil {
		t.Error("a stream with a bad name was accepted")
	}
}

// TestSecondProcessIsRefused: it also leaves alone what the first one is writing at that moment.
func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, config())
	working := []string{filepath.Join(dir, ".spool.json.1234"), filepath.Join(dir, "spool.db.new")}
	for _, name := range working {
		if err := os.WriteFile(name, []byte("half of it"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := spool.Open(dir, config())
	if !errors.Is(err, spool.ErrInUse) || !strings.Contains(err.Error(), "another process has it open") {
		t.Fatalf("the second opening: %v", err)
	}
	for _, name := range working {
		if _, err := os.Stat(name); err != nil {
			t.Errorf("the second opening removed a file of the first: %v", err)
		}
	}
	put(t, s, wire.Results, 1, 1)
	flush(t, s)
	if names, _ := filepath.Glob(filepath.Join(dir, "*.damaged")); len(names) != 0 {
		t.Errorf("the file in use was set aside: %v", names)
	}
}

func TestUncleanStop(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, config())
	put(t, s, wire.Results, 1, 5)
	flush(t, s)
	life := s.Stats().Life
	put(t, s, wire.Results, 6, 9) // the tail that is lost
	crashed := open(t, copyDir(t, dir), config())
	flush(t, crashed)
	e := only(t, events(t, crashed), wire.EventUncleanStop)
	if e.Facts["life"] != life.String() || e.Facts["last_commit_us"] != time.Minute.Microseconds() || e.Facts["within_us"] != int64(1e6) {
		t.Errorf("%+v", e)
	}
	if diff := cmp.Diff(numbers(1, 5), contents(t, crashed, wire.Results)); diff != "" {
		t.Error(diff)
	}
}
