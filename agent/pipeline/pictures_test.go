package pipeline_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/window"
)

var form = hal.Picture{Width: 224, Height: 224, Depth: 3}

// album is a source of n pictures; every value of picture i is i.
type album struct {
	source
	is hal.Picture
}

func (a album) Picture() hal.Picture { return a.is }

func pictures(n int) source {
	return func(_ context.Context, emit func(hal.Block)) error {
		values := make([]float32, form.Values())
		for i := range n {
			for k := range values {
				values[k] = float32(i)
			}
			emit(hal.Block{At: time.Duration(i) * time.Second, Period: time.Second, Discont: i == 0, Channels: len(values), Values: values})
		}
		return hal.End
	}
}

// pictureModel looks at one picture at a time.
func pictureModel(t testing.TB, answer func(in, out []float32) error) pipeline.Model {
	t.Helper()
	n := form.Values()
	f, err := window.New(window.Config{Length: 1, Channels: n, Type: engine.Float32})
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Model{Session: newSession(1, n, 3, answer), Framer: f, Channels: n}
}

// TestFewPicturesWait: whether a source says that its samples are pictures or not, they take little memory.
func TestFewPicturesWait(t *testing.T) {
	for name, c := range map[string]struct {
		src  hal.Source
		ring int
		want int
	}{
		"pictures":               {album{pictures(20), form}, 0, 3},
		"no pictures after all":  {album{pictures(20), hal.Picture{}}, 0, 6}, // 4 MiB hold six of 602,112 bytes
		"samples of such size":   {pictures(20), 0, 6},
		"more than there is for": {album{pictures(20), form}, 1000, 6},
		"one":                    {pictures(20), 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []float32
			r := newRig(c.src, pipeline.FeedConfig{Ring: c.ring}, pipeline.Config{}, pictureModel(t, func(in, out []float32) error {
				if in[0] != in[len(in)-1] {
					t.Errorf("a picture that begins as %v ends as %v", in[0], in[len(in)-1])
				}
				seen, out[0] = append(seen, in[0]), 1
				return nil
			}))
			if err := r.feed.Run(t.Context()); !errors.Is(err, hal.End) {
				t.Fatal(err)
			}
			if err := r.pipe.Run(t.Context()); !errors.Is(err, hal.End) {
				t.Fatal(err)
			}
			if len(seen) != c.want || seen[0] != float32(20-c.want) || seen[len(seen)-1] != 19 {
				t.Errorf("saw %v, want the newest %d", seen, c.want)
			}
			if lost := r.book.losses["source/imu ring_overrun"]; lost != uint64(20-c.want) {
				t.Errorf("ledger has %d overruns, want %d", lost, 20-c.want)
			}
		})
	}
}

// TestAllPicturesOfARecording: a feed that may wait loses none.
func TestAllPicturesOfARecording(t *testing.T) {
	next := float32(0)
	r := newRig(album{pictures(50), form}, pipeline.FeedConfig{Lossless: true}, pipeline.Config{}, pictureModel(t, func(in, out []float32) error {
		if in[0] != next {
			t.Errorf("picture %v, want %v", in[0], next)
		}
		next++
		out[1] = 1
		return nil
	}))
	r.run(t)
	if st := r.pipe.Status(); st.Windows != 50 || st.Last == nil || st.Last.Label != labels[1] {
		t.Errorf("status %+v", st)
	}
}

func TestNoAllocationsForPictures(t *testing.T) {
	n := form.Values()
	src := &hand{ask: make(chan struct{}), block: hal.Block{Period: time.Millisecond, Channels: n, Values: make([]float32, n)}}
	feed := pipeline.NewFeed(src, pipeline.FeedConfig{Name: "cam"})
	decided := make(chan struct{})
	m := pictureModel(t, func(_, out []float32) error { out[0] = 1; return nil })
	m.Name, m.Version, m.Labels = "persons", "1", labels
	var rec sink
	p := pipeline.New(pipeline.Config{Name: "persons", Metrics: time.Hour, OnDecision: func(pipeline.Decision) { decided <- struct{}{} }}, feed,
		func(context.Context) (*pipeline.Model, error) { return &m, nil }, &rec)
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { _ = feed.Run(ctx) })
	done.Go(func() { _ = p.Run(ctx) })
	one := func() {
		src.ask <- struct{}{}
		<-decided
	}
	one()
	if n := testing.AllocsPerRun(100, one); n != 0 {
		t.Errorf("%v allocations per picture, want 0", n)
	}
	cancel()
	done.Wait()
}
