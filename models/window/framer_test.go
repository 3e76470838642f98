package window_test

import (
	"errors"
	"math"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/steps"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/google/go-cmp/cmp"
)

func framer(t testing.TB, cfg window.Config) (*window.Framer, engine.Tensor) {
	t.Helper()
	f, err := window.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	out, err := steps.Out(steps.Shape{Rows: cfg.Length, Columns: cfg.Channels, Picture: cfg.Picture, RateHz: cfg.RateHz}, cfg.Steps)
	if err != nil {
		t.Fatal(err)
	}
	dst := engine.Tensor{Type: cfg.Type, Shape: []int{1, out.Rows, out.Columns}, Quant: cfg.Quant,
		Data: make([]byte, out.Values()*cfg.Type.Size())}
	if err := f.Fits(dst); err != nil {
		t.Fatal(err)
	}
	return f, dst
}

func block(channels int, values ...float32) engine.Tensor {
	return engine.Of(values, len(values)/channels, channels)
}

// drain collects every window that is ready, as float32.
func drain(t testing.TB, f *window.Framer, dst engine.Tensor) (got [][]float32) {
	t.Helper()
	for f.Next(dst) {
		v, err := dst.Float32s()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, append([]float32(nil), v...))
	}
	return got
}

func TestFraming(t *testing.T) {
	nan := float32(math.NaN())
	type push struct {
		values  []float32
		discont bool
	}
	for name, tc := range map[string]struct {
		length, hop int
		pushes      []push
		want        [][]float32
		stats       window.Stats
	}{
		"overlap across blocks": {3, 1, []push{{[]float32{1, 2}, true}, {[]float32{3, 4}, false}},
			[][]float32{{1, 2, 3}, {2, 3, 4}}, window.Stats{Samples: 4, Windows: 2}},
		"many windows in one block": {2, 2, []push{{[]float32{1, 2, 3, 4, 5}, true}},
			[][]float32{{1, 2}, {3, 4}}, window.Stats{Samples: 5, Windows: 2}},
		"hop beyond the length": {2, 3, []push{{[]float32{1, 2, 3, 4, 5, 6}, true}},
			[][]float32{{1, 2}, {4, 5}}, window.Stats{Samples: 6, Windows: 2}},
		"a gap glues nothing": {3, 3, []push{{[]float32{1, 2}, true}, {[]float32{3, 4}, true}, {[]float32{5}, false}},
			[][]float32{{3, 4, 5}}, window.Stats{Samples: 5, Windows: 1}},
		"nan is refused until it has left": {2, 1, []push{{[]float32{1, nan, 3, 4}, true}},
			[][]float32{{3, 4}}, window.Stats{Samples: 4, Windows: 1, Refused: 2}},
		"infinity is refused": {1, 1, []push{{[]float32{float32(math.Inf(-1)), 2}, true}},
			[][]float32{{2}}, window.Stats{Samples: 2, Windows: 1, Refused: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			f, dst := framer(t, window.Config{Length: tc.length, Hop: tc.hop, Channels: 1, Type: engine.Float32})
			var got [][]float32
			for _, p := range tc.pushes {
				f.Push(block(1, p.values...), p.discont)
				got = append(got, drain(t, f, dst)...)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tc.stats, f.Stats()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWindowsNobodyTookAreMissed(t *testing.T) {
	f, dst := framer(t, window.Config{Length: 2, Hop: 1, Channels: 1, Type: engine.Float32})
	f.Push(block(1, 1, 2, 3), true)
	f.Push(block(1, 4), false)
	if got := drain(t, f, dst); !cmp.Equal(got, [][]float32{{3, 4}}) {
		t.Errorf("got %v, want the window of the last block", got)
	}
	if f.Stats().Missed != 2 || f.Last() != 3 {
		t.Errorf("missed %d, last %d; want 2 and 3", f.Stats().Missed, f.Last())
	}
}

func TestMalformedBlockEmptiesTheWindow(t *testing.T) {
	f, dst := framer(t, window.Config{Length: 2, Channels: 2, Type: engine.Float32})
	good := block(2, 1, 2)
	for name, bad := range map[string]engine.Tensor{
		"other channels": block(3, 1, 2, 3),
		"no shape":       {Type: engine.Float32},
		"wrong type":     {Type: engine.Int8, Shape: []int{1, 2}, Data: make([]byte, 2)},
		"short data":     {Type: engine.Float32, Shape: []int{1, 2}, Data: make([]byte, 4)},
	} {
		t.Run(name, func(t *testing.T) {
			before := f.Stats().Malformed
			f.Push(good, true)
			f.Push(bad, false)
			f.Push(good, false)
			if f.Next(dst) {
				t.Error("a window was glued across a malformed block")
			}
			if f.Stats().Malformed != before+1 {
				t.Errorf("malformed %d, want %d", f.Stats().Malformed, before+1)
			}
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	q := engine.Quant{Scale: 0.5}
	for name, cfg := range map[string]window.Config{
		"no length":         {Channels: 1, Type: engine.Float32},
		"no channels":       {Length: 1, Type: engine.Float32},
		"product overflows": {Length: math.MaxInt, Channels: math.MaxInt, Type: engine.Float32},
		"negative hop":      {Length: 1, Hop: -1, Channels: 1, Type: engine.Float32},
		"short mean":        {Length: 1, Channels: 2, Mean: []float64{1}, Type: engine.Float32},
		"nan mean":          {Length: 1, Channels: 1, Mean: []float64{math.NaN()}, Type: engine.Float32},
		"long std":          {Length: 1, Channels: 1, Std: []float64{1, 1}, Type: engine.Float32},
		"zero std":          {Length: 1, Channels: 1, Std: []float64{0}, Type: engine.Float32},
		"tiny std":          {Length: 1, Channels: 1, Std: []float64{1e-320}, Type: engine.Float32},
		"type":              {Length: 1, Channels: 1, Type: engine.Int64},
		"no scale":          {Length: 1, Channels: 1, Type: engine.Int8},
		"nan scale":         {Length: 1, Channels: 1, Type: engine.Int8, Quant: engine.Quant{Scale: float32(math.NaN())}},
		"zero point":        {Length: 1, Channels: 1, Type: engine.Uint8, Quant: engine.Quant{Scale: 1, ZeroPoint: -1}},
		"gain overflows":    {Length: 1, Channels: 1, Type: engine.Int8, Std: []float64{1e-30}, Quant: engine.Quant{Scale: 1e-30}},
	} {
		if _, err := window.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	f, dst := framer(t, window.Config{Length: 2, Channels: 1, Type: engine.Int8, Quant: q})
	dst.Quant.Scale = math.Nextafter32(q.Scale, 2*q.Scale) // as seven digits in a manifest leave it
	if err := f.Fits(dst); err != nil {
		t.Errorf("scale of another last bit: %v", err)
	}
	dst.Quant.Scale = q.Scale * 1.00001
	if err := f.Fits(dst); !errors.Is(err, engine.ErrTensor) {
		t.Errorf("other scale: %v", err)
	}
	dst.Quant = engine.Quant{Scale: q.Scale, ZeroPoint: q.ZeroPoint + 1}
	if err := f.Fits(dst); !errors.Is(err, engine.ErrTensor) {
		t.Errorf("other quantisation: %v", err)
	}
	dst.Quant, dst.Data = q, dst.Data[:1]
	if err := f.Fits(dst); !errors.Is(err, engine.ErrTensor) {
		t.Errorf("other size: %v", err)
	}
}
