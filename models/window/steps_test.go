package window_test

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/steps"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type params = map[string]any

func step(name string, p params) steps.Spec { return steps.Spec{Name: name, Params: p} }

// TestStepsChangeTheForm: three samples become the two root mean squares of neighbours, quantised half away from zero.
func TestStepsChangeTheForm(t *testing.T) {
	cfg := window.Config{
		Length: 3, Hop: 1, Channels: 1, Type: engine.Int8, Quant: engine.Quant{Scale: 2, ZeroPoint: -3},
		Steps: []steps.Spec{step("moving-rms", params{"length_samples": 2.0})},
	}
	f, dst := framer(t, cfg)
	if len(dst.Data) != 2 {
		t.Fatalf("a window of %d bytes, want 2", len(dst.Data))
	}
	f.Push(block(1, 7, 1, 7, 17, 1000), true)
	// rms(7,1) = 5 is 2.5 steps, 3 when rounded; rms(7,17) = 13 is 6.5 steps; rms(17,1000) = 707.2 saturates.
	for i, want := range [][]byte{{0, 0}, {0, 4}, {4, 127}} {
		if !f.Next(dst) || !bytes.Equal(dst.Data, want) {
			t.Errorf("window %d: %v, want %v", i, dst.Data, want)
		}
	}
	if f.Next(dst) || f.Last() != 4 {
		t.Errorf("one window too many, or the last sample is %d, want 4", f.Last())
	}
	dst.Data = make([]byte, 3)
	if err := f.Fits(dst); !errors.Is(err, engine.ErrTensor) {
		t.Errorf("a tensor as long as the window before the steps: %v", err)
	}
}

// TestStepsRefuse: a window is refused when a value is no number before or after the steps, and counted.
func TestStepsRefuse(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, tc := range map[string]struct {
		specs []steps.Spec
		typ   engine.DType
	}{
		"after, as float32": {[]steps.Spec{step("clip", params{"low": -10.0, "high": 10.0}), step("log", params{"eps": 0.0})}, engine.Float32},
		"after, as int8":    {[]steps.Spec{step("clip", params{"low": -10.0, "high": 10.0}), step("log", params{"eps": 0.0})}, engine.Int8},
	} {
		t.Run(name, func(t *testing.T) {
			f, dst := framer(t, window.Config{Length: 1, Channels: 1, Type: tc.typ, Quant: engine.Quant{Scale: 1}, Steps: tc.specs})
			f.Push(block(1, 1, nan, inf, 0, -1, 1), true)
			for f.Next(dst) {
				if !bytes.Equal(dst.Data, make([]byte, len(dst.Data))) { // log(1)
					t.Errorf("window %v, want zero", dst.Data)
				}
			}
			if d := cmp.Diff(window.Stats{Samples: 6, Windows: 2, Refused: 4}, f.Stats()); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestStreamWithSteps: whatever the blocks, gaps and bad values are, every window is the one that a slice gives, without
// its mean.
func TestStreamWithSteps(t *testing.T) {
	value := rapid.OneOf(rapid.Float32Range(-300, 300), rapid.SampledFrom([]float32{float32(math.NaN()), 1e6}))
	rapid.Check(t, func(rt *rapid.T) {
		channels := rapid.IntRange(1, 3).Draw(rt, "channels")
		cfg := window.Config{
			Length: rapid.IntRange(1, 7).Draw(rt, "length"), Hop: rapid.IntRange(1, 9).Draw(rt, "hop"), Channels: channels,
			Type: engine.Float32, Steps: []steps.Spec{step("detrend", params{"type": "constant"})},
		}
		f, dst := framer(t, cfg)
		var since [][]float32 // samples since the last gap
		due := cfg.Length
		for range rapid.IntRange(1, 12).Draw(rt, "blocks") {
			n := channels * rapid.IntRange(0, 20).Draw(rt, "samples")
			values := rapid.SliceOfN(value, n, n).Draw(rt, "values")
			discont := rapid.IntRange(0, 3).Draw(rt, "gap") == 0
			if discont {
				since, due = nil, cfg.Length
			}
			var want [][]float32
			for i := 0; i < n; i += channels {
				if since = append(since, values[i:i+channels]); len(since) < due {
					continue
				}
				if w, ok := withoutMean(since[due-cfg.Length : due]); ok {
					want = append(want, w)
				}
				due += cfg.Hop
			}
			f.Push(engine.Of(values, n/channels, channels), discont)
			if got := drain(t, f, dst); !cmp.Equal(want, got) {
				rt.Fatalf("got %v, want %v", got, want)
			}
		}
	})
}

func withoutMean(samples [][]float32) (out []float32, ok bool) {
	for _, s := range samples {
		for c, x := range s {
			if math.IsNaN(float64(x)) {
				return nil, false
			}
			sum := 0.0
			for _, other := range samples {
				sum += float64(other[c])
			}
			out = append(out, float32(float64(x)-sum/float64(len(samples))))
		}
	}
	return out, true
}

// TestScaleStaysFast: scale as a step is the same as Mean and Std, and Check says so.
func TestScaleStaysFast(t *testing.T) {
	scale := step("scale", params{"mean": []float64{1, 2}, "std": []float64{4}})
	cfg := window.Config{Length: 2, Channels: 2, Type: engine.Float32, Steps: []steps.Spec{scale}}
	want := window.Config{Length: 2, Hop: 2, Channels: 2, Type: engine.Float32, Mean: []float64{1, 2}, Std: []float64{4, 4}}
	if err := cfg.Check(); err != nil || !cmp.Equal(cfg, want) {
		t.Errorf("%v: %s", err, cmp.Diff(want, cfg))
	}
}

func TestStepsAreChecked(t *testing.T) {
	motion := window.Config{Length: 50, Channels: 3, Type: engine.Float32}
	for name, change := range map[string]func(c *window.Config){
		"unknown step":  func(c *window.Config) { c.Steps = []steps.Spec{step("fft", nil)} },
		"beside a mean": func(c *window.Config) { c.Steps, c.Mean = []steps.Spec{step("log", nil)}, []float64{0, 0, 0} },
		"other rate": func(c *window.Config) {
			c.RateHz, c.Steps = 50, []steps.Spec{step("resample", params{"rate_hz": 100.0, "to_hz": 50.0})}
		},
		"half a picture": func(c *window.Config) {
			c.Picture, c.Steps = steps.Picture{Height: 2, Width: 1, Depth: 1}, []steps.Spec{step("log", nil)}
		},
		"std out of range": func(c *window.Config) {
			c.Type, c.Quant = engine.Int8, engine.Quant{Scale: 1e-30}
			c.Steps = []steps.Spec{step("scale", params{"mean": []float64{0}, "std": []float64{1e-30}})}
		},
	} {
		cfg := motion
		change(&cfg)
		if _, err := window.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
