package guest_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/test/guest/outside"
)

// TestWholeRun: a modelled walker's wrist, the kernel's bus, our driver, the model, the spool and the network of the
// guest; the hub outside it. The cable is pulled in between.
func TestWholeRun(t *testing.T) {
	h := outside.Start(t)
	m := boot(t)
	var said struct {
		Recorded uint64
		Label    string
		Rate     float64 `json:"rate_hz"`
		Pulled   string
		Refilled float64 `json:"refilled_s"`
	}
	m.Check(t, "run "+h.Port, nil, &said)
	h.Stop(t)
	if said.Label != "walking" {
		t.Errorf("the model says %q of a walking wrist", said.Label)
	}
	if said.Rate < 11.5 || said.Rate > 13.5 {
		t.Errorf("measured %g samples a second, the chip makes 12.5", said.Rate)
	}
	if whole := 49 / 12.5; said.Refilled < whole*0.95 { // 50 samples at 12.5 Hz, of a chip that may be 5 % fast
		t.Errorf("a window was full %g s after the cable came back, it takes %g: it has samples of before", said.Refilled, whole)
	}
	names, walking := outside.Labels(t, "motions"), 0
	results := h.Results(t)
	for _, r := range results {
		if names[r.Label] == "walking" {
			walking++
		}
	}
	if uint64(len(results)) != said.Recorded || len(results) == 0 {
		t.Errorf("the hub has %d results, the agent recorded %d", len(results), said.Recorded)
	}
	if share := float64(walking) / float64(len(results)); share < 0.8 {
		t.Errorf("walking is %.0f %% of the results", share*100)
	}
}
