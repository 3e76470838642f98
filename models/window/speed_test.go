package window_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/steps"
	"github.com/dunlin-iot/dunlin/models/window"
)

var forms = map[string]window.Config{
	"motions":  {Length: 50, Hop: 5, Channels: 6, Type: engine.Int8, Quant: engine.Quant{Scale: 0.1, ZeroPoint: -31}},
	"keywords": {Length: 49, Hop: 49, Channels: 40, Type: engine.Int8, Quant: engine.Quant{Scale: 0.05, ZeroPoint: 3}},
	"float32":  {Length: 50, Hop: 5, Channels: 6, Type: engine.Float32},
	"sound": {Length: 16000, Hop: 8000, Channels: 1, Type: engine.Int8, Quant: engine.Quant{Scale: 0.05, ZeroPoint: 3}, Steps: []steps.Spec{
		step("mel", params{"rate_hz": 16000.0, "n_fft": 512.0, "hop_samples": 160.0, "n_mels": 40.0}), step("log", nil),
	}},
	"pictures": {Length: 1, Hop: 1, Channels: 64 * 48 * 3, Type: engine.Uint8, Quant: engine.Quant{Scale: 1}, Picture: steps.Picture{Height: 48, Width: 64, Depth: 3},
		Steps: []steps.Spec{step("resize", params{"width_points": 32.0, "height_points": 32.0})}},
}

// hop returns a function that pushes exactly one hop and takes one window.
func hop(tb testing.TB, cfg window.Config) func() {
	f, dst := framer(tb, cfg)
	values := make([]float32, cfg.Hop*cfg.Channels)
	for i := range values {
		values[i] = float32(i%23) - 11
	}
	b := engine.Of(values, cfg.Hop, cfg.Channels)
	for range cfg.Length/cfg.Hop + 1 {
		f.Push(b, false)
		f.Next(dst)
	}
	return func() {
		f.Push(b, false)
		if !f.Next(dst) {
			tb.Fatal("no window")
		}
	}
}

func TestNoAllocations(t *testing.T) {
	for name, cfg := range forms {
		if n := testing.AllocsPerRun(30, hop(t, cfg)); n != 0 {
			t.Errorf("%s: %v allocations per window, want 0", name, n)
		}
	}
}

func BenchmarkWindow(b *testing.B) {
	for name, cfg := range forms {
		b.Run(name, func(b *testing.B) {
			once := hop(b, cfg)
			b.ReportAllocs()
			for b.Loop() {
				once()
			}
		})
	}
}
