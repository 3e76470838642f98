package steps_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/models/steps"
)

// TestNoAllocations: a window costs no memory, whatever the step.
func TestNoAllocations(t *testing.T) {
	done := map[string]bool{}
	for _, c := range oracleCases() {
		if c.Step != "fft-magnitude" && c.Step != "mel" && done[c.Step] {
			continue
		}
		done[c.Step] = true
		chain, err := steps.New(c.shape(), []steps.Spec{{Name: c.Step, Params: c.Params}})
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(3, func() { chain.Apply(c.window) }); n != 0 {
			t.Errorf("%v: %v allocations per window, want 0", c, n)
		}
	}
}

func BenchmarkMel(b *testing.B) {
	for name, p := range map[string]params{
		"512": {"rate_hz": 16000.0, "n_fft": 512.0, "hop_samples": 160.0, "n_mels": 40.0},
		"400": {"rate_hz": 16000.0, "n_fft": 400.0, "hop_samples": 160.0, "n_mels": 80.0},
	} {
		b.Run(name, func(b *testing.B) {
			chain, err := steps.New(steps.Shape{Rows: 16000, Columns: 1}, []steps.Spec{{Name: "mel", Params: p}})
			if err != nil {
				b.Fatal(err)
			}
			window := noise(16000, 0, 1)
			b.ReportAllocs()
			for b.Loop() {
				chain.Apply(window)
			}
		})
	}
}
