package process_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/picture"
	"github.com/dunlin-iot/dunlin/hal/process"
)

// camera is a source that takes frames of 2x2 grey points from a shell script and makes pictures of 2x1.
func camera(script string, change ...func(*process.Config)) *process.Source {
	cfg := process.Config{
		Command: []string{"/bin/sh", "-c", script}, Rate: 100,
		Frames: &picture.Config{Frame: picture.Frame{Width: 2, Height: 2}, Picture: hal.Picture{Width: 2, Height: 1, Depth: 1}},
	}
	for _, c := range change {
		c(&cfg)
	}
	return process.New(cfg)
}

func TestContractOfFrames(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Endless: func(*testing.T) hal.Source { return camera("while :; do printf AABB; sleep 0.01; done") },
		Broken:  func(*testing.T) hal.Source { return camera("printf AABB; exit 3") },
		Absent: func(*testing.T) hal.Source {
			return camera("", func(c *process.Config) { c.Command = []string{"/no/such/program"} })
		},
		Picture: hal.Picture{Width: 2, Height: 1, Depth: 1},
	})
}

// TestFrames: bytes that come in pieces are frames of four; the last one is half a frame and is not used.
func TestFrames(t *testing.T) {
	var got []float32
	src := camera("printf AABBa; sleep 0.05; printf bCcXX")
	err := src.Run(t.Context(), func(b hal.Block) { got = append(got, b.Values...) })
	if err == nil {
		t.Error("a program that ended is no error")
	}
	if want := []float32{65.5, 65.5, (97 + 67) / 2., (98 + 99) / 2.}; !slices.Equal(got, want) {
		t.Errorf("values %v, want %v", got, want)
	}
	if src.Picture() != (hal.Picture{Width: 2, Height: 1, Depth: 1}) || src.Channels() != nil {
		t.Errorf("pictures of %v, channels %v", src.Picture(), src.Channels())
	}
}

// TestFrozenFrames: a program that repeats its last frame for ever has a camera that does not work.
func TestFrozenFrames(t *testing.T) {
	var c steps
	src := camera("printf AAAAAAAAAAAABBBB", func(cfg *process.Config) { cfg.Clock, cfg.Stuck, cfg.Rate = &c, 5*time.Second, 0 })
	var moods []hal.Health
	var blocks []hal.Block
	if err := src.Run(t.Context(), func(b hal.Block) {
		moods, blocks = append(moods, src.Health()), append(blocks, b)
		c.now += 6 * time.Second
	}); err == nil {
		t.Error("a program that ended is no error")
	}
	if len(blocks) != 2 || !blocks[1].Discont || moods[1].Skipped != 2 || !strings.Contains(moods[1].Reason, "frozen") {
		t.Errorf("blocks %+v with %+v; want one of A, none of the two repeated, one of B", blocks, moods)
	}
}

// ticking is a clock that goes on by a second with every look.
type ticking struct{ looks atomic.Int64 }

func (c *ticking) Boot() time.Duration { return time.Duration(c.looks.Add(1)) * time.Second }
func (c *ticking) Wall() time.Time     { return time.Unix(0, 0) }

// TestAFrozenProgramIsEnded, to be started anew; what it showed before is not passed on then.
func TestAFrozenProgramIsEnded(t *testing.T) {
	emitted := 0
	src := camera("while :; do printf AAAA; done", func(cfg *process.Config) { cfg.Clock, cfg.Stuck = &ticking{}, 20*time.Second })
	for _, run := range []string{"first", "second"} {
		if err := src.Run(t.Context(), func(hal.Block) { emitted++ }); err == nil || !strings.Contains(err.Error(), "the camera is frozen") {
			t.Errorf("%s run: %v", run, err)
		}
		if run == "first" {
			emitted = 0
		}
	}
	if emitted != 0 {
		t.Errorf("%d old pictures were passed on", emitted)
	}
}

func TestFramesAreChecked(t *testing.T) {
	for name, change := range map[string]func(*process.Config){
		"channels too": func(c *process.Config) { c.Channels = channels },
		"neither":      func(c *process.Config) { c.Frames = nil },
		"mjpeg":        func(c *process.Config) { c.Frames.Frame.Format = picture.JPEG },
		"no size":      func(c *process.Config) { c.Frames.Frame.Width = 0 },
	} {
		if err := camera("printf AAAA", change).Run(t.Context(), func(hal.Block) { t.Errorf("%s: emitted", name) }); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
