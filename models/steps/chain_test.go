package steps_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/models/steps"
)

var (
	second   = steps.Shape{Rows: 16000, Columns: 1, RateHz: 16000}
	motion   = steps.Shape{Rows: 50, Columns: 3}
	pictures = steps.Shape{Rows: 1, Columns: 12, Picture: steps.Picture{Height: 2, Width: 2, Depth: 3}}
)

func step(name string, p params) []steps.Spec { return []steps.Spec{{Name: name, Params: p}} }

// TestRefused: what cannot be is refused with the step and the parameter, before anything is built.
func TestRefused(t *testing.T) {
	mel := func(key string, v any) []steps.Spec {
		p := params{"rate_hz": 16000.0, "n_fft": 512.0, "hop_samples": 160.0, "n_mels": 40.0}
		p[key] = v
		return step("mel", p)
	}
	for name, tc := range map[string]struct {
		in    steps.Shape
		specs []steps.Spec
		want  string
	}{
		"empty window":      {steps.Shape{Rows: 0, Columns: 1}, nil, "window of 0 x 1: want 1 to 16777216 values"},
		"overflow":          {steps.Shape{Rows: math.MaxInt, Columns: 3}, nil, fmt.Sprintf("window of %d x 3: want 1 to 16777216 values", math.MaxInt)},
		"half a picture":    {steps.Shape{Rows: 1, Columns: 5, Picture: steps.Picture{Height: 2, Width: 2, Depth: 1}}, nil, "picture of 2 x 2 x 1 does not fill 5 columns"},
		"unknown step":      {motion, step("fft", nil), `step 0: step: unknown step "fft"; this version knows: scale, z-score, clip, log, decibel, resample, detrend, moving-rms, hann, fft-magnitude, mel, mfcc, resize, normalise`},
		"unknown key":       {motion, step("log", params{"epsilon": 1.0}), "step 0: epsilon: unknown key"},
		"missing":           {motion, step("clip", params{"low": 0.0}), "step 0: high: is missing"},
		"text for number":   {motion, step("clip", params{"low": "0", "high": 1.0}), "step 0: low: want a number"},
		"number for text":   {motion, step("hann", params{"form": 1.0}), "step 0: form: want a string"},
		"other text":        {motion, step("hann", params{"form": "round"}), `step 0: form: is "round", want periodic or symmetric`},
		"number for list":   {motion, step("scale", params{"mean": 1.0, "std": 1.0}), "step 0: mean: want a list of numbers"},
		"short list":        {motion, step("scale", params{"mean": []float64{1, 2}, "std": []float64{1}}), "step 0: mean: has 2 values, want 1 or 3"},
		"empty list":        {motion, step("scale", params{"mean": []float64{}, "std": []float64{1}}), "step 0: mean: has 0 values, want 1 or 3"},
		"no number":         {motion, step("scale", params{"mean": []float64{math.NaN()}, "std": []float64{1}}), "step 0: mean: value 0 is NaN, want -1e+30 to 1e+30"},
		"std of zero":       {motion, step("scale", params{"mean": []float64{0}, "std": []float64{1, 0, 1}}), "step 0: std: value 1 is 0, want 1e-30 to 1e+30"},
		"fraction":          {motion, step("moving-rms", params{"length_samples": 1.5}), "step 0: length_samples: is 1.5, want a whole number"},
		"long":              {motion, step("moving-rms", params{"length_samples": 51.0}), "step 0: length_samples: is more than the rows that come in"},
		"clip inside out":   {motion, step("clip", params{"low": 1.0, "high": 0.0}), "step 0: high: is below low"},
		"second step":       {motion, []steps.Spec{{Name: "log"}, {Name: "log", Params: params{"eps": -1.0}}}, "step 1: eps: is -1, want 0 to 1e+30"},
		"shape of before":   {motion, []steps.Spec{{Name: "fft-magnitude"}, {Name: "moving-rms", Params: params{"length_samples": 27.0}}}, "step 1: length_samples: is more than the rows that come in"},
		"seventeen":         {motion, slices.Repeat(step("log", nil), 17), "step 16: is one step too many: want at most 16"},
		"prime":             {steps.Shape{Rows: 67, Columns: 1}, step("fft-magnitude", nil), "step 0: step: length 67 of a Fourier transform: want one whose prime factors are at most 61"},
		"picture in time":   {pictures, step("detrend", nil), "step 0: step: works along time, not on pictures"},
		"time as picture":   {motion, step("resize", params{"width_points": 2.0, "height_points": 2.0}), "step 0: step: works on pictures only"},
		"huge picture":      {pictures, step("resize", params{"width_points": 8192.0, "height_points": 8192.0}), "step 0: width_points: makes too large a picture"},
		"other rate":        {second, mel("rate_hz", 8000.0), "step 0: rate_hz: differs from the rate of what comes in, 16000 Hz"},
		"above half":        {second, mel("fmax_hz", 8001.0), "step 0: fmax_hz: is above half of rate_hz"},
		"no band":           {second, mel("fmin_hz", 8000.0), "step 0: fmin_hz: is not below the upper edge, 8000 Hz"},
		"wide window":       {second, mel("win_samples", 513.0), "step 0: win_samples: is more than n_fft"},
		"flag":              {second, mel("center", 1.0), "step 0: center: want a boolean"},
		"odd ratio":         {second, step("resample", params{"rate_hz": 16000.0, "to_hz": 15999.0}), "step 0: to_hz: makes a ratio of 15999 to 16000: want at most 4096 on each side"},
		"many rows":         {steps.Shape{Rows: 1 << 20, Columns: 1}, step("resample", params{"rate_hz": 1.0, "to_hz": 4000.0}), "step 0: to_hz: makes 4194304000 rows: want at most 16777216"},
		"many coefficients": {second, step("mfcc", params{"rate_hz": 16000.0, "n_fft": 512.0, "hop_samples": 160.0, "n_mels": 10.0}), "step 0: n_mfcc: is more than n_mels"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := steps.Out(tc.in, tc.specs)
			var bad *steps.Error
			if !errors.As(err, &bad) || err.Error() != tc.want {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
			if _, built := steps.New(tc.in, tc.specs); built == nil || built.Error() != tc.want {
				t.Errorf("New: %v", built)
			}
		})
	}
}

// TestChain: shapes and rates follow from step to step, and what comes out is what the steps make one by one.
func TestChain(t *testing.T) {
	specs := []steps.Spec{
		{Name: "mel", Params: params{"rate_hz": 16000.0, "n_fft": 512.0, "hop_samples": 160.0, "n_mels": 40.0, "center": false}},
		{Name: "decibel"},
		{Name: "z-score"},
	}
	out, err := steps.Out(second, specs)
	if want := (steps.Shape{Rows: 97, Columns: 40, RateHz: 100}); err != nil || out != want {
		t.Fatalf("shape %+v (%v), want %+v", out, err, want)
	}
	chain := build(t, second, specs)
	window := tones(16000, 16000)
	before := slices.Clone(window)
	got := chain.Apply(window)
	want, in := window, second
	for _, s := range specs {
		one := build(t, in, []steps.Spec{s})
		want, in = one.Apply(want), one.Out()
	}
	if !slices.Equal(got, want) || chain.In() != second || chain.Out() != out {
		t.Error("the chain makes something else than its steps")
	}
	if !slices.Equal(window, before) {
		t.Error("the window was overwritten")
	}
	if again := slices.Clone(got); !slices.Equal(again, chain.Apply(window)) {
		t.Error("the same window gives something else the second time")
	}
}

func build(t *testing.T, in steps.Shape, specs []steps.Spec) *steps.Chain {
	t.Helper()
	c, err := steps.New(in, specs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNoSteps(t *testing.T) {
	c := build(t, motion, nil)
	window := noise(150, 0, 1)
	if got := c.Apply(window); &got[0] != &window[0] || len(got) != 150 || c.Out() != motion {
		t.Error("a chain without steps is not the window itself")
	}
}

// TestAffine: scale and normalise alone may be applied sample by sample, nothing else may.
func TestAffine(t *testing.T) {
	mean, std, ok := steps.Affine(motion, step("scale", params{"mean": []float64{1, 2, 3}, "std": []float64{4}}))
	if !ok || !slices.Equal(mean, []float64{1, 2, 3}) || !slices.Equal(std, []float64{4, 4, 4}) {
		t.Errorf("scale: %v, %v, %v", mean, std, ok)
	}
	mean, std, ok = steps.Affine(pictures, step("normalise", params{"divide_by": 2.0, "mean": []float64{1, 2, 3}, "std": []float64{4}}))
	if !ok || !slices.Equal(mean, []float64{2, 4, 6, 2, 4, 6, 2, 4, 6, 2, 4, 6}) || std[11] != 8 {
		t.Errorf("normalise: %v, %v, %v", mean, std, ok)
	}
	scale := step("scale", params{"mean": []float64{1}, "std": []float64{1}})
	for name, specs := range map[string][]steps.Spec{"nothing": nil, "two": append(scale, scale...), "z-score": step("z-score", nil), "wrong": step("scale", nil)} {
		if _, _, ok := steps.Affine(motion, specs); ok {
			t.Errorf("%s: is affine", name)
		}
	}
}

// TestNoNumberShows: a value that is no number never becomes one that looks sound.
func TestNoNumberShows(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range oracleCases() {
		if seen[c.Step] || c.Params["hop_samples"] != nil && c.Step == "moving-rms" {
			continue
		}
		seen[c.Step] = true
		chain := build(t, c.shape(), step(c.Step, c.Params))
		window := slices.Clone(c.window)
		window[len(window)/2] = float32(math.NaN())
		if !slices.ContainsFunc(chain.Apply(window), func(x float32) bool { return x-x != 0 }) {
			t.Errorf("%v hides a value that is no number", c)
		}
	}
}
