package fifotest

import (
	"math"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// lap is how long the ramp takes.
const lap = 20 * time.Second

// Ramp rises from -0.8 to 0.8 in a lap and starts anew. Models scale it to their ranges.
func Ramp(t time.Duration) float64 { return 0.8 * (2*float64(t%lap)/float64(lap) - 1) }

// told is the time within a lap at which the ramp had a value.
func told(x float64) time.Duration { return time.Duration((x/0.8 + 1) / 2 * float64(lap)) }

// between is the way from one moment of the ramp to a later one.
func between(from, to time.Duration) time.Duration {
	return time.Duration(math.Mod(float64(to-from+lap), float64(lap)))
}

// Axes are the full scales of a chip's channels. One whose full scale is negative feels the ramp upside down.
type Axes []float64

// Feel is what the axes feel at a time.
func (a Axes) Feel(t time.Duration) []float64 {
	x, felt := Ramp(t), make([]float64, len(a))
	for i, full := range a {
		felt[i] = x * full
	}
	return felt
}

// tell is what the ramp was by each channel of a sample; those of one moment agree.
func (a Axes) tell(sample []float32) []float64 {
	told := make([]float64, len(a))
	for i, full := range a {
		told[i] = float64(sample[i]) / full
	}
	return told
}

// Whole wants every sample of a block to be of one moment. Step is how coarsely a channel tells the ramp.
func (a Axes) Whole(t *testing.T, b hal.Block, step float64) {
	t.Helper()
	each(b, func(_ int, _ time.Duration, sample []float32) {
		all := a.tell(sample)
		for _, x := range all {
			if math.Abs(x-all[0]) > 2*step {
				t.Fatalf("sample of several moments: %v", all)
			}
		}
	})
}
