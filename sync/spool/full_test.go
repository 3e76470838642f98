package spool_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// fullDisk plays a disk that takes no more, with the kernel's limit on the size of files, and then takes more again.
func fullDisk(dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	for name, at := range map[string]uint64{"empty": 0, "started": 20 << 10, "half": 400 << 10} {
		if err := fullAt(filepath.Join(dir, name), at); err != nil {
			fatal(fmt.Errorf("%s: %w", name, err))
		}
	}
	fmt.Println("done")
}

func limitFiles(n uint64) error {
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: min(n, old.Max), Max: old.Max})
}

const fullRecords = 3000

func fullAt(dir string, limit uint64) error {
	if err := limitFiles(limit); err != nil {
		return err
	}
	cfg := config()
	cfg.Max = 4 << 20
	s, err := spool.Open(dir, cfg)
	if err != nil {
		return err
	}
	refused := 0
	for n := uint64(1); n <= fullRecords; n++ {
		if err := s.Append(wire.Results, 0, record(n, 400)); err != nil {
			return err
		}
		if n%100 == 0 && s.Flush(context.Background()) != nil {
			refused++
		}
	}
	if refused == 0 || s.Stats().Err == nil {
		return fmt.Errorf("the disk was never full: %+v", s.Stats())
	}
	if err := limitFiles(1 << 40); err != nil {
		return err
	}
	return afterFull(s, dir)
}

// afterFull: writing resumes in the same epoch, in order, and what is missing is counted.
func afterFull(s *spool.Spool, dir string) error {
	if err := s.Flush(context.Background()); err != nil {
		return err
	}
	st := s.Stats()
	lost := uint64(0)
	for _, c := range s.Ledger() {
		lost += c.Total
	}
	head := st.Streams[wire.Results].Head
	if head+lost != fullRecords || lost == 0 || head == 0 || st.Err != nil || st.Lost != 0 {
		return fmt.Errorf("%d kept, %d counted as lost, %+v", head, lost, st)
	}
	b, _, ok, err := s.Peek(wire.Results, wire.Cursor{Epoch: st.Epoch, Number: head}, wire.Limit{})
	if err != nil || !ok || len(b.Records) != 1 {
		return fmt.Errorf("read the last record: %w", err)
	}
	asides, err := filepath.Glob(filepath.Join(dir, "*.damaged"))
	if err != nil || len(asides) > 0 {
		return fmt.Errorf("a full disk was taken for damage: %v %w", asides, err)
	}
	return s.Close()
}

func TestFullDisk(t *testing.T) {
	done := false
	err := play(t, []string{roleVar + "=full", dirVar + "=" + quickDir(t)}, func(line []byte) bool {
		done = done || string(line) == "done"
		return true
	})
	if err != nil || !done {
		t.Errorf("the child ended with %v", err)
	}
}

// TestLeftoversAreRemoved: a crash inside an atomic write leaves a temporary file.
func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, ".spool.json.123")
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, dir, config())
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("the leftover is still there: %v", err)
	}
}
