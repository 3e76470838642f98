package window_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/window"
	"pgregory.net/rapid"
)

// naive keeps every sample since the last gap and cuts windows out of the slice.
type naive struct {
	cfg     window.Config
	samples [][]float32
	cut     int // windows already considered since the gap
	refused uint64
}

func (n *naive) push(values []float32, discont bool) (out [][]byte) {
	if discont {
		n.samples, n.cut = nil, 0
	}
	for i := 0; i < len(values); i += n.cfg.Channels {
		n.samples = append(n.samples, values[i:i+n.cfg.Channels])
	}
	for {
		start := n.cut * n.cfg.Hop
		if start+n.cfg.Length > len(n.samples) {
			return out
		}
		n.cut++
		if w, ok := n.encode(n.samples[start : start+n.cfg.Length]); ok {
			out = append(out, w)
		} else {
			n.refused++
		}
	}
}

func (n *naive) encode(samples [][]float32) (out []byte, ok bool) {
	for _, s := range samples {
		for c, x := range s {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return nil, false
			}
			gain := float32(1 / (n.cfg.Std[c] * float64(n.cfg.Quant.Scale)))
			q := math.Round(float64((x-float32(n.cfg.Mean[c]))*gain)) + float64(n.cfg.Quant.ZeroPoint)
			out = append(out, byte(int8(min(max(q, -128), 127))))
		}
	}
	return out, true
}

// TestStream drives the framer and the slice through random blocks, gaps and bad values: same windows, same counts.
func TestStream(t *testing.T) {
	value := rapid.OneOf(rapid.Float32Range(-300, 300), rapid.SampledFrom([]float32{float32(math.NaN()), float32(math.Inf(1)), 0.5, -0.5, 1.5}))
	rapid.Check(t, func(rt *rapid.T) {
		channels := rapid.IntRange(1, 3).Draw(rt, "channels")
		cfg := window.Config{
			Length: rapid.IntRange(1, 7).Draw(rt, "length"), Hop: rapid.IntRange(1, 9).Draw(rt, "hop"), Channels: channels,
			Mean: rapid.SliceOfN(rapid.Float64Range(-5, 5), channels, channels).Draw(rt, "mean"),
			Std:  rapid.SliceOfN(rapid.Float64Range(0.1, 5), channels, channels).Draw(rt, "std"),
			Type: engine.Int8, Quant: engine.Quant{Scale: rapid.Float32Range(0.1, 2).Draw(rt, "scale"), ZeroPoint: rapid.Int32Range(-128, 127).Draw(rt, "zero")},
		}
		f, dst := framer(t, cfg)
		model := &naive{cfg: cfg}
		for range rapid.IntRange(1, 12).Draw(rt, "blocks") {
			n := channels * rapid.IntRange(0, 20).Draw(rt, "samples")
			values := rapid.SliceOfN(value, n, n).Draw(rt, "values")
			discont := rapid.IntRange(0, 3).Draw(rt, "gap") == 0
			want := model.push(values, discont)
			f.Push(engine.Of(values, n/channels, channels), discont)
			same(rt, f, dst, want)
		}
		if s := f.Stats(); s.Refused != model.refused || s.Missed != 0 || s.Malformed != 0 {
			rt.Fatalf("counted %+v, the slice refused %d", s, model.refused)
		}
	})
}

func same(rt *rapid.T, f *window.Framer, dst engine.Tensor, want [][]byte) {
	for i, w := range want {
		if !f.Next(dst) {
			rt.Fatalf("window %d of %d is missing", i, len(want))
		}
		if !bytes.Equal(w, dst.Data) {
			rt.Fatalf("window %d: got %v, want %v", i, dst.Data, w)
		}
	}
	if f.Next(dst) {
		rt.Fatal("one window too many")
	}
}
