package pipeline_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
)

func never() time.Duration { return 0 }

// another adds a second pipeline to a rig's feed; its model opens at the given try.
func (r *rig) another(w *witness, opens int) *pipeline.Pipeline {
	tries := 0
	return pipeline.New(pipeline.Config{Name: "second", Model: "motions", Version: "2", Ledger: r.book}, r.feed, func(context.Context) (*pipeline.Model, error) {
		if tries++; tries < opens {
			return nil, errors.New("no such model")
		}
		return &pipeline.Model{Name: "motions", Version: "2", Labels: labels, Session: newSession(1, 1, 3, nil), Framer: w, Channels: 1}, nil
	}, r.book)
}

// TestAbsentPipelineHoldsUpNobody: the other pipeline gets every sample; what the absent one missed is counted.
func TestAbsentPipelineHoldsUpNobody(t *testing.T) {
	for _, lossless := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := &witness{dawdle: never}
			r := newRig(bursts(manyBursts(100)), pipeline.FeedConfig{Ring: 16, Lossless: lossless}, pipeline.Config{},
				pipeline.Model{Session: newSession(1, 1, 3, nil), Framer: w})
			if err := r.another(&witness{}, 1000).Run(t.Context()); err == nil {
				t.Fatal("a model that does not open opened")
			}
			r.run(t)
			if len(w.values) != 100 || r.book.losses["source/imu pipeline_absent"] != 100 || r.book.losses["source/imu ring_overrun"] != 0 {
				t.Errorf("lossless %v: %d samples arrived, losses %v", lossless, len(w.values), r.book.losses)
			}
		})
	}
}

func manyBursts(n int) []burst {
	list := make([]burst, n)
	for i := range list {
		list[i] = burst{n: 1, pause: time.Millisecond}
	}
	return list
}

// TestRecordingWaitsForItsModel: a recording does not run out while its only model is tried again.
func TestRecordingWaitsForItsModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := newBook()
		feed := pipeline.NewFeed(samples(100), pipeline.FeedConfig{Name: "imu", Lossless: true, Ring: 4, Ledger: book})
		r := &rig{feed: feed, book: book}
		w := &witness{dawdle: never}
		p := r.another(w, 3)
		s := agent.NewSupervisor(agent.Config{}, agent.Stage{Tasks: []agent.Spec{{Task: feed}}}, agent.Stage{Tasks: []agent.Spec{{Task: p}}})
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() {
			if err := s.Run(ctx); err != nil {
				t.Errorf("supervisor: %v", err)
			}
		})
		time.Sleep(time.Minute)
		cancel()
		done.Wait()
		lost := book.losses["source/imu pipeline_absent"]
		if len(w.values)+int(lost) != 100 || lost > 10 { // at most the ring and the block in hand, when each of the first two tries failed
			t.Errorf("%d samples arrived, losses %v", len(w.values), book.losses)
		}
		if st := p.Status().State; st != agent.Ended {
			t.Errorf("state %s", st)
		}
	})
}

// TestFeedStatus: a source that does not tell how it is runs once it has emitted.
func TestFeedStatus(t *testing.T) {
	feed := pipeline.NewFeed(source(func(_ context.Context, emit func(hal.Block)) error {
		emit(hal.Block{Channels: 1, Values: []float32{1, 2}, Discont: true})
		emit(hal.Block{Channels: 1, Values: []float32{3}, Discont: true})
		return errors.New("bus gone")
	}), pipeline.FeedConfig{Name: "imu"})
	if st := feed.Status(); st.State != agent.Starting || st.Name != "imu" || st.What != "test source" {
		t.Errorf("before: %+v", st)
	}
	if err := feed.Run(t.Context()); err == nil || err.Error() != "bus gone" {
		t.Errorf("Run: %v", err)
	}
	if st := feed.Status(); st.State != agent.Running || st.Samples != 3 || st.Gaps != 1 {
		t.Errorf("after: %+v", st)
	}
	select {
	case <-feed.Ready():
	default:
		t.Error("not ready after the first block")
	}
}
