package fleet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/hub/fleet/fleettest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func decisions(t *testing.T, w *fleettest.World, since fleet.Cursor, limit int) []fleet.Decision {
	t.Helper()
	all, err := w.Fleet.Decisions(t.Context(), fleettest.Key("d"), since, limit)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func labels(all []fleet.Decision) string {
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Label
	}
	return strings.Join(names, " ")
}

func TestDecisionsAfterACursor(t *testing.T) {
	w := fleettest.New(t)
	id := w.Define("d", fleettest.Motions("activity", "a", "b", "c", "d", "e"))
	for label := range uint16(4) {
		w.Decide("d", id, label, 0.5)
	}
	all := decisions(t, w, "", 10)
	if got := labels(all); got != "d c b a" {
		t.Fatalf("newest first: %s", got)
	}
	for name, c := range map[string]struct {
		since fleet.Cursor
		limit int
		want  string
	}{
		"from the start":      {"", 2, "d c"},
		"after the second":    {all[2].Cursor, 10, "d c"},
		"after the newest":    {all[0].Cursor, 10, ""},
		"beyond what exists":  {all[0].Cursor[:33] + "99", 10, ""},
		"of another epoch":    {fleet.Cursor(strings.Repeat("0", 32) + "-1"), 10, "d c b a"},
		"not a cursor at all": {"<b>-x", 10, "d c b a"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := labels(decisions(t, w, c.since, c.limit)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestDecisionWithoutItsDefinition(t *testing.T) {
	w := fleettest.New(t)
	w.Decide("d", 12345, 3, 0.5)
	d := decisions(t, w, "", 1)[0]
	if d.Label != "label 3" || d.Pipeline != "not known" {
		t.Errorf("got %+v", d)
	}
	if p := detail(t, w, "d").Pipelines; len(p) != 1 || p[0].Labels == nil {
		t.Errorf("pipelines %+v", p)
	}
}

func TestAnswerAndSinceWhen(t *testing.T) {
	w := fleettest.New(t)
	w.Define("d", fleettest.Motions("activity"))
	if p := detail(t, w, "d").Pipelines; len(p) != 1 || p[0].Last != nil || p[0].Engine == "" {
		t.Fatalf("defined and undecided: %+v", p)
	}
	id := w.Define("d", fleettest.Motions("activity"))
	began := w.Now()
	for i, label := range []uint16{0, 1, 0, 2, 2, 2} {
		w.Decide("d", id, label, float64(i)/10)
		w.Pass(time.Second)
	}
	p := detail(t, w, "d").Pipelines
	if len(p) != 1 || p[0].Last == nil || p[0].Last.Label != "standing" || p[0].Last.Score < 0.49 || p[0].Last.Score > 0.51 {
		t.Fatalf("pipelines: %+v", p)
	}
	if want := began.Add(3 * time.Second); !p[0].Since.Equal(want) {
		t.Errorf("the answer holds since %v, want %v", p[0].Since, want)
	}
	if p[0].Source != "imu" || p[0].Model != "motions" || p[0].Threshold != 0.7 {
		t.Errorf("described by its definition: %+v", p[0])
	}
}

// A device that does not trust its clock sends an hour's decisions at once: they are dated by its boot, not by their
// common receipt.
func TestLateDecisionsAreDatedByTheBoot(t *testing.T) {
	w := fleettest.New(t)
	id := w.Define("d", fleettest.Motions("activity"))
	w.Decide("d", id, 0, 0.9) // in time: it tells when the boot began
	made := w.Now()
	w.Late("d", 30*time.Minute, wire.AppendResult(nil, wire.Result{Definition: id, Label: 1}))
	all := decisions(t, w, "", 2)
	if want := made.Add(-30 * time.Minute); !all[0].At.Equal(want) {
		t.Errorf("made at %v, want %v", all[0].At, want)
	}
	if !all[0].Received.Equal(w.Now()) {
		t.Errorf("received at %v, want %v", all[0].Received, w.Now())
	}
}
