package window_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/window"
	"pgregory.net/rapid"
)

func encodeOne(t testing.TB, cfg window.Config, x float32) byte {
	t.Helper()
	cfg.Length, cfg.Channels = 1, 1
	f, dst := framer(t, cfg)
	f.Push(block(1, x), true)
	if !f.Next(dst) {
		t.Fatalf("no window for %v", x)
	}
	return dst.Data[0]
}

func TestQuantisation(t *testing.T) {
	half := float32(0.5)
	for _, tc := range []struct {
		name string
		typ  engine.DType
		q    engine.Quant
		x    float32
		want int
	}{
		{"half rounds away", engine.Int8, engine.Quant{Scale: 1}, 2.5, 3},
		{"minus half rounds away", engine.Int8, engine.Quant{Scale: 1}, -2.5, -3},
		{"before the zero point is added", engine.Int8, engine.Quant{Scale: 1, ZeroPoint: 3}, -half, 2},
		{"just below a half", engine.Int8, engine.Quant{Scale: 1}, math.Nextafter32(half, 0), 0},
		{"saturates above", engine.Int8, engine.Quant{Scale: 0.1, ZeroPoint: 100}, 50, 127},
		{"saturates below", engine.Int8, engine.Quant{Scale: 0.1, ZeroPoint: 100}, -50, -128},
		{"largest float", engine.Int8, engine.Quant{Scale: 1e-6}, math.MaxFloat32, 127},
		{"uint8 zero point", engine.Uint8, engine.Quant{Scale: 2, ZeroPoint: 128}, -4, 126},
		{"uint8 saturates above", engine.Uint8, engine.Quant{Scale: 1, ZeroPoint: 255}, 1, 255},
		{"uint8 saturates below", engine.Uint8, engine.Quant{Scale: 1, ZeroPoint: 0}, -1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := encodeOne(t, window.Config{Type: tc.typ, Quant: tc.q}, tc.x)
			got := int(b)
			if tc.typ == engine.Int8 {
				got = int(int8(b))
			}
			if got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}

// TestAgainstExactArithmetic: the stored value is within half a step of the real one, computed in rationals, plus
// what float32 can lose on the way.
func TestAgainstExactArithmetic(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		mean, std := rapid.Float64Range(-2e3, 2e3).Draw(rt, "mean"), rapid.Float64Range(1e-2, 1e2).Draw(rt, "std")
		q := engine.Quant{Scale: rapid.Float32Range(1e-3, 1).Draw(rt, "scale"), ZeroPoint: rapid.Int32Range(-128, 127).Draw(rt, "zero")}
		want := rapid.IntRange(-127, 126).Draw(rt, "step")
		// x stands at a quarter step from want, so that its rounding is not in doubt.
		x := new(big.Float).SetFloat64(float64(want) - float64(q.ZeroPoint) + rapid.SampledFrom([]float64{-0.25, 0, 0.25}).Draw(rt, "off"))
		x.Mul(x, big.NewFloat(float64(q.Scale))).Mul(x, big.NewFloat(std)).Add(x, big.NewFloat(float64(float32(mean))))
		v, _ := x.Float32()
		if math.Abs(mean)*1.2e-7 > 0.1*float64(q.Scale)*std {
			return // one step is finer than float32 resolves at this mean
		}
		got := int(int8(encodeOne(t, window.Config{Type: engine.Int8, Quant: q, Mean: []float64{mean}, Std: []float64{std}}, v)))
		if got != want {
			rt.Fatalf("x %v: got %d, want %d", v, got, want)
		}
	})
}
