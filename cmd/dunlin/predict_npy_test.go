package main

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/internal/npy"
)

// TestArrayLabels: a label's column holds the number of a label. What is between two, or no number, is none of them on
// every processor.
func TestArrayLabels(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for value, want := range map[float32]string{0: "still", 1: "moving", 2: "", -1: "", 1.7: "", -0.5: "", nan: "", inf: "", -inf: "", 3e9: ""} {
		var got replay.Recording
		s := &arraySource{
			name: "a", array: npy.Array{Shape: []int{1, 2, 2}, Data: []float32{5, value, 6, value}}, period: time.Second,
			labels: []string{"still", "moving"}, label: 1, recording: func(r replay.Recording) { got = r },
		}
		err := s.Run(t.Context(), func(hal.Block) {})
		if got.Label != want || errors.Is(err, hal.End) != (want != "") {
			t.Errorf("label %v is %q, %v; want %q", value, got.Label, err, want)
		}
	}
}
