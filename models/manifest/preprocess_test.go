package manifest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/steps"
	"github.com/dunlin-iot/dunlin/models/window"
)

// sound makes it a bundle of sounds of 128 samples, of which the steps make 8 rows of 3 values, and returns the mel step.
func (k *kit) sound(shape ...any) doc {
	k.manifest["source"] = doc{"channels": []any{doc{"name": "audio", "unit": "1"}}, "rate_hz": 16000}
	k.manifest["window"] = doc{"length": 128, "hop": 64}
	k.sub("inputs", 0)["shape"] = shape
	mel := doc{"step": "mel", "rate_hz": 16000, "n_fft": 16, "hop_samples": 16, "n_mels": 3, "center": false}
	k.steps(mel, doc{"step": "log", "eps": 1e-9}, doc{"step": "scale", "mean": []any{-4}, "std": []any{2.5}})
	return mel
}

// TestSteps: the framer runs the steps that the manifest states.
func TestSteps(t *testing.T) {
	for name, shape := range map[string][]any{"rows": {1, 8, 3}, "with a depth": {1, 8, 3, 1}, "two sides of rows": {2, 4, 3}, "flat": {1, 24}} {
		k := newKit(t)
		k.sound(shape...)
		m, err := manifest.Parse(k.text(t))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []steps.Spec{
			{Name: "mel", Params: map[string]any{"rate_hz": 16000.0, "n_fft": 16.0, "hop_samples": 16.0, "n_mels": 3.0, "center": false}},
			{Name: "log", Params: map[string]any{"eps": 1e-9}},
			{Name: "scale", Params: map[string]any{"mean": []float64{-4}, "std": []float64{2.5}}},
		}
		f := m.Framing()
		if fmt.Sprint(f.Steps) != fmt.Sprint(want) || f.RateHz != 16000 {
			t.Errorf("%s: steps %v at %v Hz, want %v", name, f.Steps, f.RateHz, want)
		}
		framer, err := window.New(f)
		if err != nil {
			t.Fatal(err)
		}
		dst := m.Inputs[0].Form()
		dst.Data = make([]byte, m.Inputs[0].Bytes())
		framer.Push(engine.Of(make([]float32, 128), 128, 1), true)
		if err := framer.Fits(dst); err != nil || !framer.Next(dst) {
			t.Fatalf("%s: no window (%v)", name, err)
		}
		// silence: (log(1e-9) + 4) / 2.5 is -6.689, -66.89 steps of 0.1 from the zero point -1
		if !slices.Equal(dst.Data, slices.Repeat([]byte{0x100 - 68}, 24)) {
			t.Errorf("%s: silence is %v", name, dst.Data)
		}
	}
}

// TestStepsRefused: what is wrong with a step is said with its place.
func TestStepsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(k *kit)
		want   string
	}{
		"no list":        {func(k *kit) { k.manifest["preprocess"] = doc{} }, "$.preprocess: want a list, have an object"},
		"no object":      {func(k *kit) { k.steps("log") }, "$.preprocess[0]: want an object, have a string"},
		"no name":        {func(k *kit) { k.steps(doc{"eps": 1}) }, "$.preprocess[0].step: is missing"},
		"unknown step":   {func(k *kit) { k.steps(doc{"step": "log"}, doc{"step": "LOG"}) }, `$.preprocess[1].step: unknown step "LOG"; this version knows: scale, z-score,`},
		"unknown key":    {func(k *kit) { k.sub("preprocess", 1)["n_mels"] = 40 }, "$.preprocess[1].n_mels: unknown key"},
		"hostile key":    {func(k *kit) { k.sub("preprocess", 1)["\n"+strings.Repeat("x", 99)] = 1 }, `$.preprocess[1]["\n`},
		"missing key":    {func(k *kit) { delete(k.sub("preprocess", 0), "n_mels"); delete(k.sub("preprocess", 0), "n_fft") }, "$.preprocess[0].n_fft: is missing"},
		"null":           {func(k *kit) { k.sub("preprocess", 1)["eps"] = nil }, "$.preprocess[1].eps: want a number, a string, a boolean or a list of numbers, have null"},
		"object":         {func(k *kit) { k.sub("preprocess", 1)["eps"] = doc{} }, "$.preprocess[1].eps: want a number, a string, a boolean or a list of numbers, have an object"},
		"text in a list": {func(k *kit) { k.sub("preprocess", 2)["mean"] = []any{"1"} }, "$.preprocess[2].mean[0]: want a number, have a string"},
		"long list":      {func(k *kit) { k.sub("preprocess", 2)["mean"] = slices.Repeat([]any{1}, 5000) }, "$.preprocess[2].mean: has 5000 elements, want at most 4096"},
		"out of range":   {func(k *kit) { k.sub("preprocess", 0)["n_fft"] = 1e300 }, "$.preprocess[0].n_fft: is 1e+300, want 4 to 65536"},
		"after the third": {func(k *kit) {
			k.steps(append(k.manifest["preprocess"].([]any), doc{"step": "resize", "width_points": 1, "height_points": 1})...)
		}, "$.preprocess[3].step: works on pictures only"},
		"other rate": {func(k *kit) { k.sub("source")["rate_hz"] = 8000 }, "$.preprocess[0].rate_hz: differs from the rate of what comes in, 8000 Hz"},
		"no rate":    {func(k *kit) { delete(k.sub("source"), "rate_hz") }, "$.source.rate_hz: is missing; $.preprocess[0].rate_hz is only true of samples at that rate"},
		"other size": {func(k *kit) { k.sub("preprocess", 0)["n_mels"] = 4 }, "$.preprocess: makes 8 x 4 of a window of 128 x 1, which does not fill $.inputs[0] of shape [1 8 3]"},
		"turned":     {func(k *kit) { k.sub("inputs", 0)["shape"] = []any{1, 3, 8} }, "$.preprocess: makes 8 rows of 3 values, which do not fill $.inputs[0] of shape [1 3 8]: want [1 8 3] or a flat shape"},
		"huge window": {func(k *kit) {
			k.sub("source")["channels"] = slices.Repeat([]any{doc{"name": "a", "unit": "1"}}, 4096)
			k.sub("window")["length"] = 1 << 24
		}, "$.window: window of 16777216 x 4096: want 1 to 16777216 values"},
		"picture too small": {func(k *kit) {
			k.pictures(4, 4, 1, 1, 4, 4, 1)
			k.steps(doc{"step": "resize", "width_points": 2, "height_points": 2})
		}, "$.preprocess: makes 1 pictures of 2 x 2 x 1 of a window of 1 pictures of 4 x 4 x 1, which does not fill $.inputs[0] of shape [1 4 4 1]"},
		"picture turned": {func(k *kit) {
			k.pictures(8, 8, 1, 1, 2, 4, 1)
			k.steps(doc{"step": "resize", "width_points": 2, "height_points": 4})
		}, "$.source.picture: 1 of height 4, width 2 and depth 1 do not fill $.inputs[0] of shape [1 2 4 1]: want [1 4 2 1] or a flat shape"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.sound(1, 8, 3)
			tc.change(k)
			_, err := manifest.Parse(k.text(t))
			if err == nil || !strings.HasPrefix(err.Error(), "parse manifest: "+tc.want) {
				t.Errorf("got %v\nwant parse manifest: %s…", err, tc.want)
			}
		})
	}
}

// TestPicturesOfAnotherSize: a camera's picture becomes the one that the model wants.
func TestPicturesOfAnotherSize(t *testing.T) {
	k := newKit(t)
	k.pictures(8, 6, 3, 1, 2, 4, 3)
	k.steps(doc{"step": "resize", "width_points": 4, "height_points": 2, "filter": "box"}, doc{"step": "normalise", "divide_by": 255})
	m, err := manifest.Parse(k.text(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := window.New(m.Framing()); err != nil {
		t.Error(err)
	}
}

// TestManual: the example of the manual is a manifest.
func TestManual(t *testing.T) {
	text, err := os.ReadFile(fixture.Path(t, "docs", "preprocess.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```json\n")
	block, _, _ = strings.Cut(block, "```")
	k := newKit(t)
	if err := json.Unmarshal([]byte(block), &k.manifest); err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Parse(k.text(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Preprocess) != 3 {
		t.Errorf("%d steps, the page speaks of 3", len(m.Preprocess))
	}
	if _, err := window.New(m.Framing()); err != nil {
		t.Error(err)
	}
}
