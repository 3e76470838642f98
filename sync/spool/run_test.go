package spool_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestMain(m *testing.M) {
	if role() {
		return
	}
	goleak.VerifyTestMain(m)
}

// running starts Run in a bubble of synctest and stops it at the end.
func running(t *testing.T, cfg spool.Config) *spool.Spool {
	t.Helper()
	s := open(t, quickDir(t), cfg)
	flush(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	return s
}

func wait(d time.Duration) {
	time.Sleep(d) // a bubble's clock
	synctest.Wait()
}

// TestPace: at 100 records a second there is one commit a second, two syncs each: at most 2.2 a second.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := running(t, spool.Config{})
		before := s.Stats()
		for n := range uint64(6000) {
			if err := s.Append(wire.Results, 0, record(n, 16)); err != nil {
				t.Fatal(err)
			}
			wait(10 * time.Millisecond)
		}
		after := s.Stats()
		commits, fsyncs := after.Commits-before.Commits, after.Fsyncs-before.Fsyncs
		if commits < 59 || commits > 61 || float64(fsyncs)/60 > 2.2 {
			t.Errorf("%d commits and %d syncs in 60 s", commits, fsyncs)
		}
		if st := after.Streams[wire.Results]; st.Head < 5900 {
			t.Errorf("%d of 6000 committed", st.Head)
		}
	})
}

func TestUrgentAndQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := running(t, spool.Config{})
		wait(time.Minute)
		put(t, s, wire.Events, 1, 1)
		wait(0)
		if got := s.Stats().Streams[wire.Events].Head; got != 1 {
			t.Error("a single event after a pause is not committed at once")
		}
		wait(time.Minute)
		put(t, s, wire.Metrics, 1, 1)
		wait(29 * time.Second)
		if s.Stats().Streams[wire.Metrics].Head != 0 {
			t.Error("a metric did not wait for others")
		}
		wait(2 * time.Second)
		if s.Stats().Streams[wire.Metrics].Head != 1 {
			t.Error("a metric was not committed within the quiet time")
		}
		wait(time.Minute)
		put(t, s, wire.Metrics, 1, 256)
		wait(0)
		if s.Stats().Streams[wire.Metrics].Head != 257 {
			t.Error("256 quiet records still wait")
		}
	})
}

// TestAcksRideAlong: rule D3.
func TestAcksRideAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := running(t, spool.Config{})
		put(t, s, wire.Results, 1, 10)
		wait(2 * time.Second)
		before := s.Stats().Commits
		ack(t, s, wire.Results, 10)
		wait(20 * time.Second)
		if s.Stats().Commits != before {
			t.Error("an acknowledgement alone was committed at once")
		}
		put(t, s, wire.Results, 11, 11)
		wait(2 * time.Second)
		if st := s.Stats(); st.Commits != before+1 || st.Streams[wire.Results].Bytes > 30 {
			t.Errorf("the deletions did not ride along: %+v", st)
		}
		ack(t, s, wire.Results, 11)
		wait(31 * time.Second)
		if s.Stats().Commits != before+2 {
			t.Error("an acknowledgement waits for ever")
		}
	})
}

// TestLedgerIsSentInQuiet: a counter that changed is sent within the quiet time, once however often it changed.
func TestLedgerIsSentInQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := running(t, spool.Config{})
		for range 600 {
			s.Count("source/imu", "ring_overrun", 1)
			put(t, s, wire.Results, 1, 1)
			wait(100 * time.Millisecond)
		}
		wait(31 * time.Second)
		n, last := 0, wire.Counter{}
		for _, b := range drain(t, s, wire.Metrics, wire.Limit{}) {
			for _, r := range b.Records {
				v, err := wire.DecodeRecord(r.Data)
				if err != nil {
					t.Fatal(err)
				}
				n, last = n+1, v.(wire.Counter)
			}
		}
		if n < 2 || n > 4 || last.Total != 600 {
			t.Errorf("%d records, the last says %+v", n, last)
		}
	})
}

func TestRunCommitsWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, quickDir(t), spool.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		put(t, s, wire.Samples, 1, 5)
		cancel()
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		select {
		case <-s.Changed():
		default:
			t.Error("no signal after the commit")
		}
		if s.Stats().Streams[wire.Samples].Head != 5 {
			t.Error("pending records were left behind")
		}
	})
}
