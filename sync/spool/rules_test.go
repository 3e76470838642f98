package spool_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestEvictionByClass: rule D2. Bulk gives way before anything else, at its oldest end, as one leading gap.
func TestEvictionByClass(t *testing.T) {
	cfg := config()
	cfg.Max = 1 << 20
	s := open(t, quickDir(t), cfg)
	put(t, s, wire.Events, 1, 50)
	for n := uint64(1); n <= 3000; n++ {
		if err := s.Append(wire.Samples, 0, record(n, 1000)); err != nil {
			t.Fatal(err)
		}
		if n%50 == 0 {
			flush(t, s)
		}
	}
	st := s.Stats()
	if st.Size > cfg.Max {
		t.Errorf("file of %d bytes, more than %d", st.Size, cfg.Max)
	}
	gaps := st.Streams[wire.Samples].Gaps
	if len(gaps) != 1 || gaps[0].First != 1 || gaps[0].Cause != wire.Evicted {
		t.Fatalf("gaps %+v", gaps)
	}
	got := contents(t, s, wire.Samples)
	if diff := cmp.Diff(numbers(gaps[0].Last+1, 3000), got); diff != "" {
		t.Error(diff)
	}
	if live := len(got) * 1024; live < int(cfg.Max)/2 {
		t.Errorf("only %d bytes of %d are used", live, cfg.Max)
	}
	if diff := cmp.Diff(numbers(1, 50), contents(t, s, wire.Events)); diff != "" {
		t.Error("events gave way:", diff)
	}
}

// TestCriticalGivesWayLast: with nothing else in the file, the stream's own oldest records go.
func TestCriticalGivesWayLast(t *testing.T) {
	cfg := config()
	cfg.Max = 1 << 20
	dir := t.TempDir()
	s := open(t, dir, cfg)
	for n := uint64(1); n <= 1500; n++ {
		if err := s.Append(wire.Events, 0, record(n, 1000)); err != nil {
			t.Fatal(err)
		}
		if n%20 == 0 {
			flush(t, s)
		}
	}
	gaps := s.Stats().Streams[wire.Events].Gaps
	if len(gaps) != 1 || gaps[0].First != 1 {
		t.Fatalf("gaps %+v", gaps)
	}
	crashed := open(t, copyDir(t, dir), cfg)
	if diff := cmp.Diff(numbers(gaps[0].Last+1, 1500), contents(t, crashed, wire.Events)); diff != "" {
		t.Error("after a crash:", diff)
	}
}

// TestMemoryIsBounded: what cannot be committed is dropped by class and counted, never silently.
func TestMemoryIsBounded(t *testing.T) {
	cfg := config()
	cfg.Max = 1 << 20
	s := open(t, quickDir(t), cfg)
	const each = 1000
	for n := range uint64(each) {
		for _, st := range []wire.Stream{wire.Samples, wire.Results} {
			if err := s.Append(st, 0, record(n+1, 200)); err != nil {
				t.Fatal(err)
			}
		}
	}
	flush(t, s)
	lost := map[string]uint64{}
	for _, c := range s.Ledger() {
		lost[c.Owner+" "+c.Cause] = c.Total
	}
	for _, st := range []wire.Stream{wire.Samples, wire.Results} {
		if kept := s.Stats().Streams[st].Head; kept+lost["spool/"+string(st)+" memory_full"] != each {
			t.Errorf("%s: %d kept, ledger %v", st, kept, lost)
		}
	}
	if s.Stats().Streams[wire.Results].Head < s.Stats().Streams[wire.Samples].Head {
		t.Error("results gave way before samples")
	}
	got := contents(t, s, wire.Results)
	if got[uint64(len(got))] != each {
		t.Errorf("the youngest result is %d", got[uint64(len(got))])
	}
}

// TestLedger: rule D4. Counters are absolute, survive with the commit, and are sent when changed.
func TestLedger(t *testing.T) {
	dir := t.TempDir()
	cfg := config()
	s := open(t, dir, cfg)
	s.Count("source/imu", "ring_overrun", 3)
	s.Count("source/imu", "ring_overrun", 4)
	flush(t, s)
	s.Count("source/imu", "ring_overrun", 5) // within the quiet time: stored, not sent
	flush(t, s)
	crashed := open(t, copyDir(t, dir), cfg)
	want := []wire.Counter{{Owner: "source/imu", Cause: "ring_overrun", Total: 12}}
	if diff := cmp.Diff(want, crashed.Ledger()); diff != "" {
		t.Error(diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, cfg)
	s.Count("source/imu", "ring_overrun", 1)
	flush(t, s)
	var sent []uint64
	for _, b := range drain(t, s, wire.Metrics, wire.Limit{}) {
		for _, r := range b.Records {
			v, err := wire.DecodeRecord(r.Data)
			if err != nil {
				t.Fatal(err)
			}
			sent = append(sent, v.(wire.Counter).Total)
		}
	}
	if diff := cmp.Diff([]uint64{7, 12, 13}, sent); diff != "" {
		t.Error("sent totals:", diff)
	}
}

// TestRefuse: rule D7.
func TestRefuse(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, config())
	put(t, s, wire.Results, 1, 5)
	flush(t, s)
	e := s.Stats().Epoch
	for _, n := range []uint64{3, 3, 99, 0} {
		if err := s.Refuse(wire.Results, e, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Refuse(wire.Results, wire.Epoch{1}, 1); err != nil {
		t.Fatal(err)
	}
	flush(t, s)
	for _, s := range []*spool.Spool{s, open(t, copyDir(t, dir), config())} {
		got := drain(t, s, wire.Results, wire.Limit{})
		if len(got) != 1 || len(got[0].Gaps) != 1 || got[0].Gaps[0] != (wire.Gap{First: 3, Last: 3, Cause: wire.Refused}) || len(got[0].Records) != 4 {
			t.Errorf("%+v", got)
		}
	}
	ack(t, s, wire.Results, 2)
	if got := drain(t, s, wire.Results, wire.Limit{Records: 1}); got[0].First != 3 || got[0].Low != 3 {
		t.Errorf("a leading gap is still to be told: %+v", got)
	}
	ack(t, s, wire.Results, 5)
	flush(t, s)
	if st := s.Stats().Streams[wire.Results]; st.Low != 6 || st.Waiting != 0 || st.Bytes != 0 || len(st.Gaps) != 0 {
		t.Errorf("%+v", st)
	}
}

func TestAckIsLimitedToKnownLives(t *testing.T) {
	s := open(t, t.TempDir(), config())
	put(t, s, wire.Results, 1, 5)
	flush(t, s)
	st := s.Stats()
	for name, a := range map[string]wire.Ack{
		"unknown life":   {Epoch: st.Epoch, Life: wire.Life{1}, UpTo: 5},
		"unknown epoch":  {Epoch: wire.Epoch{1}, Life: st.Life, UpTo: 5},
		"unknown rewind": {Epoch: st.Epoch, Life: st.Life, Rewind: &wire.Life{1}},
		"nothing":        {Epoch: st.Epoch, Life: st.Life, UpTo: 0},
	} {
		if err := s.Ack(wire.Results, a); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	flush(t, s)
	if now := s.Stats(); now.Streams[wire.Results].Low != 1 || now.Epoch != st.Epoch {
		t.Errorf("applied: %+v", now)
	}
	if err := s.Ack(wire.Results, wire.Ack{Epoch: st.Epoch, Life: st.Life, UpTo: 99}); err != nil {
		t.Fatal(err)
	}
	if now := s.Stats(); now.Streams[wire.Results].Low != 6 {
		t.Errorf("not cut to the end of the life: %+v", now)
	}
}

// TestRewind: rule H4, the device's side. What is not acknowledged moves, in order, with gaps, lives and boots.
func TestRewind(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, config())
	put(t, s, wire.Results, 1, 6)
	flush(t, s)
	ack(t, s, wire.Results, 2)
	if err := s.Refuse(wire.Results, s.Stats().Epoch, 4); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	cfg := config()
	cfg.BootID = "boot-2"
	s = open(t, dir, cfg)
	put(t, s, wire.Results, 7, 8)
	flush(t, s)
	before := s.Stats()
	if err := s.Ack(wire.Results, wire.Ack{Epoch: before.Epoch, Life: before.Life, Rewind: &before.Life}); err != nil {
		t.Fatal(err)
	}
	put(t, s, wire.Results, 9, 9)
	flush(t, s)
	for _, s := range []*spool.Spool{s, open(t, copyDir(t, dir), cfg)} {
		after := s.Stats()
		if after.Epoch == before.Epoch || after.Life == before.Life {
			t.Error("the epoch and life stayed")
		}
		got := drain(t, s, wire.Results, wire.Limit{})
		if len(got) != 2 || got[0].Boot != 1 || got[1].Boot != 2 || got[0].Life != got[1].Life || len(got[0].Lives) != 1 || got[0].Lives[0].From != 1 {
			t.Fatalf("%+v", got)
		}
		if diff := cmp.Diff([]wire.Gap{{First: 2, Last: 2, Cause: wire.Refused}}, got[0].Gaps); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[uint64]uint64{1: 3, 3: 5, 4: 6, 5: 7, 6: 8, 7: 9}, contents(t, s, wire.Results)); diff != "" {
			t.Error(diff)
		}
		e := only(t, events(t, s), wire.EventRewound)
		if e.Facts["epoch"] != before.Epoch.String() || e.Facts["moved"] != int64(5) {
			t.Errorf("%+v", e)
		}
	}
	old, _, _, _ := s.Peek(wire.Results, wire.Cursor{Epoch: before.Epoch, Number: 99}, wire.Limit{})
	if old.Epoch == before.Epoch || old.First != 1 {
		t.Errorf("a cursor of the old epoch leads to %+v", old)
	}
}

// TestCompaction: the file shrinks when most of it is free, and nothing else changes.
func TestCompaction(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, config())
	for n := uint64(1); n <= 6000; n++ {
		if err := s.Append(wire.Results, 0, record(n, 1000)); err != nil {
			t.Fatal(err)
		}
		if n%500 == 0 {
			flush(t, s)
		}
	}
	before := s.Stats()
	ack(t, s, wire.Results, 5900)
	flush(t, s)
	after := s.Stats()
	info, err := os.Stat(filepath.Join(dir, "spool.db"))
	if err != nil || after.Size != info.Size() || after.Size > before.Size/4 || after.Epoch != before.Epoch || after.Life != before.Life {
		t.Errorf("%d bytes became %d (%v)", before.Size, after.Size, err)
	}
	put(t, s, wire.Results, 6001, 6010)
	flush(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, config())
	if diff := cmp.Diff(numbers(5901, 6010), contents(t, s, wire.Results)); diff != "" {
		t.Error(diff)
	}
}
