package fleet_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/hub/fleet/fleettest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func detail(t *testing.T, w *fleettest.World, name string) fleet.Detail {
	t.Helper()
	d, err := w.Fleet.Detail(t.Context(), fleettest.Key(name))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestStateOfTheNewestConnectionCounts(t *testing.T) {
	type message struct {
		phase wire.Phase
		conn  string
	}
	for name, c := range map[string]struct {
		said []message
		want fleet.State
	}{
		"birth":                              {[]message{{wire.Ready, "a"}}, fleet.Ready},
		"birth, will":                        {[]message{{wire.Ready, "a"}, {wire.Lost, "a"}}, fleet.Lost},
		"birth, goodbye":                     {[]message{{wire.Ready, "a"}, {wire.Disconnected, "a"}}, fleet.Disconnected},
		"late will of an older connection":   {[]message{{wire.Ready, "a"}, {wire.Ready, "b"}, {wire.Lost, "a"}}, fleet.Ready},
		"late goodbye of an older one":       {[]message{{wire.Ready, "a"}, {wire.Ready, "b"}, {wire.Disconnected, "a"}}, fleet.Ready},
		"back after a will":                  {[]message{{wire.Ready, "a"}, {wire.Lost, "a"}, {wire.Ready, "b"}}, fleet.Ready},
		"sleeping":                           {[]message{{wire.Ready, "a"}, {wire.Sleeping, "a"}}, fleet.Sleeping},
		"a retained will is all there is":    {[]message{{wire.Lost, "z"}}, fleet.Lost},
		"own will after another's late will": {[]message{{wire.Ready, "a"}, {wire.Ready, "b"}, {wire.Lost, "a"}, {wire.Lost, "b"}}, fleet.Lost},
	} {
		t.Run(name, func(t *testing.T) {
			w := fleettest.New(t)
			for _, m := range c.said {
				w.Say("watch", m.phase, m.conn)
			}
			if got := detail(t, w, "watch").State; got != c.want {
				t.Errorf("state %s, want %s", got, c.want)
			}
		})
	}
}

func TestStateAfterARestartOfTheHub(t *testing.T) {
	w := fleettest.New(t)
	w.Say("awake", wire.Ready, "a")
	w.Say("asleep", wire.Sleeping, "a")
	w.Say("dropped", wire.Ready, "a")
	w.Pass(time.Minute)
	w.Restart()
	w.Say("dropped", wire.Lost, "b") // a will of a connection that came and went while the hub was away
	for name, want := range map[string]fleet.State{"awake": fleet.Unknown, "asleep": fleet.Sleeping, "dropped": fleet.Lost} {
		if d := detail(t, w, name); d.State != want {
			t.Errorf("%s is %s, want %s", name, d.State, want)
		}
	}
	w.Happen("awake", wire.EventPipelineStarted, nil)
	if d := detail(t, w, "awake"); d.State != fleet.Ready {
		t.Errorf("its records arrive, yet it is %s", d.State)
	}
}

func TestBadStatesAreRefused(t *testing.T) {
	w := fleettest.New(t)
	w.Say("watch", wire.Ready, "a")
	for _, p := range []string{"{", `{"s":"happy"}`, strings.Repeat("x", 1<<16)} {
		if err := w.Fleet.HandleState(t.Context(), fleettest.Key("watch"), []byte(p)); err == nil {
			t.Errorf("state %.20q was taken", p)
		}
	}
	if err := w.Fleet.HandleState(t.Context(), fleettest.Key("watch"), nil); err != nil {
		t.Errorf("a cleared retained message: %v", err)
	}
	if d := detail(t, w, "watch"); d.State != fleet.Ready {
		t.Errorf("state %s, want ready", d.State)
	}
}

func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(w *fleettest.World)
		says    string // empty: nothing is wrong
	}{
		"well":         {func(w *fleettest.World) { w.Say("d", wire.Ready, "a") }, ""},
		"sleeping":     {func(w *fleettest.World) { w.Say("d", wire.Sleeping, "a"); w.Pass(time.Hour) }, ""},
		"silent":       {func(w *fleettest.World) { w.Say("d", wire.Ready, "a"); w.Pass(5 * time.Minute) }, "nothing has arrived for 5 minutes"},
		"lost":         {func(w *fleettest.World) { w.Say("d", wire.Lost, "a") }, "without a goodbye"},
		"keeps some":   {func(w *fleettest.World) { w.Wait("d", wire.Results, 7); w.Say("d", wire.Lost, "a") }, "It keeps 7 records."},
		"stopped":      {func(w *fleettest.World) { w.Say("d", wire.Disconnected, "a") }, "stopped in order"},
		"no state":     {func(w *fleettest.World) { w.Happen("d", "started", nil) }, "never said its state"},
		"evicted":      {func(w *fleettest.World) { w.Say("d", wire.Ready, "a"); w.Lose("d", wire.Samples, 9, wire.Evicted) }, ""},
		"hub lost one": {func(w *fleettest.World) { w.Say("d", wire.Ready, "a"); w.Lose("d", wire.Results, 1, wire.HubLost) }, "The hub has lost 1 record that"},
	} {
		t.Run(name, func(t *testing.T) {
			w := fleettest.New(t)
			c.happens(w)
			got := detail(t, w, "d").Problem
			if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
				t.Errorf("problem %q, want %q in it", got, c.says)
			}
		})
	}
}

func TestOverviewHasTheWorstFirst(t *testing.T) {
	w := fleettest.New(t)
	said := func() string {
		t.Helper()
		w.Pass(time.Hour) // what was made before is not shown again
		o, err := w.Fleet.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names := make([]string, len(o.Devices))
		for i, d := range o.Devices {
			names[i] = d.Name
		}
		return o.Sentence + " " + strings.Join(names, " ")
	}
	if got, want := said(), "No device has reported yet. "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	w.Say("z", wire.Sleeping, "1")
	if got, want := said(), "The one device is well. z"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	w.Say("b", wire.Disconnected, "1")
	if got, want := said(), "1 of 2 devices needs a look: 1 disconnected. b z"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	w.Say("c", wire.Lost, "1")
	w.Say("a", wire.Ready, "1")
	if got, want := said(), "3 of 4 devices need a look: 1 lost, 1 disconnected, 1 ready but with trouble. c b a z"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCompletenessAndLedger(t *testing.T) {
	w := fleettest.New(t)
	id := w.Define("d", fleettest.Motions("activity"))
	w.Decide("d", id, 1, 0.9)
	w.Lose("d", wire.Results, 3, wire.Refused)
	w.Lose("d", wire.Results, 5, wire.Evicted)
	w.Wait("d", wire.Results, 11)
	w.Count("d", "source/imu", "ring_overrun", 4)
	w.Count("d", "source/imu", "budget", 0)
	d := detail(t, w, "d")
	results := d.Streams[1]
	if results.Name != "results" || results.Delivered != 2 || results.Waiting != 11 || results.Missing() != 8 {
		t.Errorf("results: %+v", results)
	}
	if len(results.Gaps) != 2 || results.Gaps[0] != (fleet.Cause{Cause: "evicted", Count: 5}) {
		t.Errorf("gaps by cause: %+v", results.Gaps)
	}
	if d.Delivered != 4 || d.Missing != 8 || d.Waiting != 11 {
		t.Errorf("sums: %d delivered, %d missing, %d waiting", d.Delivered, d.Missing, d.Waiting)
	}
	if len(d.Ledger) != 1 || d.Ledger[0] != (fleet.Loss{Owner: "source/imu", Cause: "ring_overrun", Count: 4}) {
		t.Errorf("ledger: %+v", d.Ledger)
	}
}

// TestDocument: what an event carries in pieces is one again; what is no JSON is shown as the text that it is.
func TestDocument(t *testing.T) {
	w := fleettest.New(t)
	for text, want := range map[string]string{
		`{"accuracy": {"value": 0.96}}`: `{"accuracy": {"value": 0.96}}`, `{"cut`: `"{\"cut"`, "": "", `{"value": 1e999}`: `"{\"value\": 1e999}"`, `1 2`: `"1 2"`,
		strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000): `"` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `"`,
		strings.Repeat("[", 16) + strings.Repeat("]", 16):         strings.Repeat("[", 16) + strings.Repeat("]", 16),
		strings.Repeat("[", 17) + strings.Repeat("]", 17):         `"` + strings.Repeat("[", 17) + strings.Repeat("]", 17) + `"`,
	} {
		facts := map[string]any{"model": "motions@2"}
		if err := wire.AttachDocument(facts, text); err != nil {
			t.Fatal(err)
		}
		w.Happen("d", wire.EventModelMeasured, facts)
		e := detail(t, w, "d").Events[0]
		if string(e.Document) != want || len(e.Facts) != 1 || e.Facts[0] != (fleet.Fact{Name: "model", Value: "motions@2"}) {
			t.Errorf("%.40s: %.40s, %v", text, e.Document, e.Facts)
		}
	}
}

func TestUnknownDevice(t *testing.T) {
	w := fleettest.New(t)
	_, err1 := w.Fleet.Detail(t.Context(), fleettest.Key("nobody"))
	_, err2 := w.Fleet.Decisions(t.Context(), fleettest.Key("nobody"), "", 1)
	if !errors.Is(err1, fleet.ErrUnknown) || !errors.Is(err2, fleet.ErrUnknown) {
		t.Errorf("got %v and %v, want ErrUnknown", err1, err2)
	}
}

func TestWatchersAreWoken(t *testing.T) {
	w := fleettest.New(t)
	mine, stop := w.Fleet.Watch(fleettest.Key("a"))
	other, stopOther := w.Fleet.Watch(fleettest.Key("b"))
	defer stopOther()
	w.Say("a", wire.Ready, "1")
	w.Happen("a", "started", nil)
	<-mine // two changes, one slot
	select {
	case <-mine:
		t.Error("woken twice without having looked")
	case <-other:
		t.Error("woken by another device")
	default:
	}
	stop()
	stop()
	w.Happen("a", "again", nil)
	select {
	case <-mine:
		t.Error("woken after the end")
	default:
	}
}

func TestManyReadersAndWriters(t *testing.T) {
	w := fleettest.New(t)
	id := w.Define("d", fleettest.Motions("activity"))
	done := make(chan error)
	for range 4 {
		go func() {
			for range 20 {
				if _, err := w.Fleet.Detail(context.WithoutCancel(t.Context()), fleettest.Key("d")); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 20 {
		w.Decide("d", id, 0, 0.8)
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
