package spool_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// filled makes a spool of 2,000 records in two lives, closed in order, and returns its folder and epoch.
func filled(t *testing.T) (dir string, e wire.Epoch) {
	t.Helper()
	dir = t.TempDir()
	for life := range uint64(2) {
		s := open(t, dir, config())
		for n := life*1000 + 1; n <= life*1000+1000; n++ {
			if err := s.Append(wire.Results, 0, record(n, 100)); err != nil {
				t.Fatal(err)
			}
		}
		flush(t, s)
		e = s.Stats().Epoch
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir, e
}

// checkLoss: either all 2,000 records are there, or the epoch is closed as lost and work goes on in a new one.
func checkLoss(t *testing.T, dir string, e wire.Epoch) (lost bool) {
	t.Helper()
	s := open(t, dir, config())
	defer s.Close()
	var at wire.Cursor
	seen := uint64(0)
	for s.Stats().Epoch == e {
		b, next, ok, err := s.Peek(wire.Results, at, wire.Limit{})
		if err != nil {
			flush(t, s) // it was damaged deep inside: set aside now
			break
		}
		if !ok {
			break
		}
		for i, n := range b.Numbers() {
			if got := binary.BigEndian.Uint64(b.Records[i].Data); got != n || b.Epoch != e {
				t.Fatalf("number %d holds record %d", n, got)
			}
			seen++
		}
		at = next
	}
	if s.Stats().Epoch == e {
		if seen != 2000 {
			t.Errorf("%d records, and no word of a loss", seen)
		}
		return false
	}
	closeLost(t, s, e)
	return true
}

// closeLost answers the gap of the lost epoch as the hub does.
func closeLost(t *testing.T, s *spool.Spool, e wire.Epoch) {
	t.Helper()
	put(t, s, wire.Results, 1, 3)
	flush(t, s)
	got := drain(t, s, wire.Results, wire.Limit{})
	if len(got) != 2 || got[0].Epoch != e || got[1].Epoch == e {
		t.Fatalf("%+v", got)
	}
	gap := got[0].Gaps[0]
	if len(got[0].Gaps) != 1 || gap.First != 1 || gap.Last < 2000 || gap.Cause != wire.EpochLost || got[0].Lives[0].From != 1001 {
		t.Errorf("closing batch %+v", got[0])
	}
	only(t, events(t, s), wire.EventEpochClosed)
	for _, upto := range []uint64{2000, gap.Last} {
		if err := s.Ack(wire.Results, wire.Ack{Epoch: e, Life: got[0].Life, UpTo: upto}); err != nil {
			t.Fatal(err)
		}
		if want := map[uint64]int{2000: 1, gap.Last: 0}[upto]; s.Stats().Lost != want {
			t.Errorf("%d lost epochs after an answer up to %d, want %d", s.Stats().Lost, upto, want)
		}
	}
	flush(t, s)
	if diff := cmp.Diff(numbers(1, 3), contents(t, s, wire.Results)); diff != "" {
		t.Error(diff)
	}
}

func TestDamagedFile(t *testing.T) {
	dir, e := filled(t)
	whole, err := os.ReadFile(filepath.Join(dir, "spool.db"))
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string][]byte{"nothing": {}, "text": []byte("this is no database\n"), "zeros": make([]byte, len(whole))}
	used := len(bytes.TrimRight(whole, "\x00")) // the rest is room to grow
	for size := 1; size < used; size += used/23 + 1 {
		cases["cut to "+strconv.Itoa(size)] = whole[:size]
	}
	for i := range 60 {
		p := append([]byte(nil), whole...)
		at := (i*2654435761 + 12345) % used
		for j := range min(64, used-at) {
			p[at+j] ^= 0x5a
		}
		cases["flipped at "+strconv.Itoa(at)] = p
	}
	losses := 0
	for name, content := range cases {
		t.Run(name, func(t *testing.T) {
			to := copyDir(t, dir)
			if err := os.WriteFile(filepath.Join(to, "spool.db"), content, 0o600); err != nil {
				t.Fatal(err)
			}
			if checkLoss(t, to, e) {
				losses++
				asides, _ := filepath.Glob(filepath.Join(to, "spool-*.damaged"))
				if len(asides) != 1 {
					t.Errorf("set aside: %v", asides)
				}
			}
		})
	}
	t.Logf("%d of %d damages cost the epoch", losses, len(cases))
	if losses < 30 {
		t.Errorf("only %d of %d damages were noticed", losses, len(cases))
	}
}

// TestMissingFiles: each of the two files alone, neither, and a side file that is no JSON.
func TestMissingFiles(t *testing.T) {
	dir, e := filled(t)
	t.Run("spool.db", func(t *testing.T) {
		to := copyDir(t, dir)
		if err := os.Remove(filepath.Join(to, "spool.db")); err != nil {
			t.Fatal(err)
		}
		if !checkLoss(t, to, e) {
			t.Error("no loss is told")
		}
	})
	for name, spoil := range map[string]func(path string) error{
		"spool.json": os.Remove,
		"no JSON":    func(p string) error { return os.WriteFile(p, []byte("{"), 0o600) },
		"bad JSON":   func(p string) error { return os.WriteFile(p, []byte(`{"epoch":"00"}`), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			to := copyDir(t, dir)
			if err := spoil(filepath.Join(to, "spool.json")); err != nil {
				t.Fatal(err)
			}
			if checkLoss(t, to, e) {
				t.Error("the epoch was given up for its side file")
			}
		})
	}
}

// TestDamageWhileOpen: the file is cut under a running spool; what is appended meanwhile goes into the new epoch.
func TestDamageWhileOpen(t *testing.T) {
	dir, e := filled(t)
	s := open(t, dir, config())
	if err := os.Truncate(filepath.Join(dir, "spool.db"), 8192); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := s.Peek(wire.Results, wire.Cursor{}, wire.Limit{}); err == nil {
		t.Fatal("a file without its pages was read")
	}
	closeLost(t, s, e)
}

func TestUnusableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := spool.Open(file, config()); err == nil {
		s.Close()
		t.Error("a file was opened as a folder")
	}
	s := open(t, t.TempDir(), config())
	s.Close()
	if err := s.Flush(t.Context()); !errors.Is(err, spool.ErrClosed) {
		t.Errorf("flush after close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
