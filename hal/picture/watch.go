package picture

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/dunlin-iot/dunlin/hal/judge"
)

// black is the brightest point of a picture that shows nothing: dark corners of real rooms are brighter, sensor noise
// under a lens cap is not.
const black = 16

// Watch judges the pictures of one camera. It belongs to one goroutine.
type Watch struct {
	stuck time.Duration
	seed  maphash.Seed
	begun bool
	last  uint64        // hash of the newest frame
	since time.Duration // when the frames began to be the same
}

// NewWatch makes a watch. A camera's noise lets no two frames be the same; one that gives the very same bytes for
// longer than stuck has frozen. Zero means 10 s, less than zero never.
func NewWatch(stuck time.Duration) *Watch {
	if stuck == 0 {
		stuck = 10 * time.Second
	}
	return &Watch{stuck: stuck, seed: maphash.MakeSeed()}
}

// Frame judges the bytes of a frame that was taken at a time: a frozen one is useless.
func (w *Watch) Frame(at time.Duration, frame []byte) (judge.Verdict, string) {
	if w.stuck < 0 {
		return judge.Good, ""
	}
	if h := maphash.Bytes(w.seed, frame); !w.begun || h != w.last {
		w.begun, w.last, w.since = true, h, at
	}
	if at-w.since > w.stuck {
		return judge.Useless, fmt.Sprintf("frames have not changed by a bit for longer than %s: the camera is frozen", w.stuck)
	}
	return judge.Good, ""
}

// Picture judges the values of a picture: a black one is suspect.
func (w *Watch) Picture(values []float32) (judge.Verdict, string) {
	for _, v := range values {
		if v >= black {
			return judge.Good, ""
		}
	}
	return judge.Suspect, "picture is black: is something in front of the lens?"
}
