package ingest_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// commit stores batches of watch-1 in one transaction.
func commit(t *testing.T, db ingest.Store, st wire.Stream, batches ...*wire.Batch) []ingest.Outcome {
	t.Helper()
	items := make([]ingest.Item, len(batches))
	for i, b := range batches {
		var err error
		if items[i], err = ingest.Decode(from("watch-1"), st, encode(t, b)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := ingest.Commit(t.Context(), db, time.UnixMicro(1_000_000).UTC(), items)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func records(data ...[]byte) *wire.Batch {
	b := batch(1, 0, span(1, 1, 100))
	for i, d := range data {
		b.Records = append(b.Records, wire.Record{At: time.Duration(i+1) * time.Second, Data: d})
	}
	return b
}

func must(t *testing.T) func(p []byte, err error) []byte {
	return func(p []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func watch() store.Device { return store.Device{Tenant: "acme", Name: "watch-1"} }

func TestResultsGetTheirNames(t *testing.T) {
	db := openStore(t, dbPath(t))
	def := must(t)(wire.AppendDefinition(nil, wire.Definition{Pipeline: "activity", Model: "motions", Version: "1",
		Labels: []string{"rest", "run"}, Threshold: 0.6}))
	id := wire.DefinitionID(def)
	b := records(def,
		wire.AppendResult(nil, wire.Result{Definition: id, Label: 1, Score: 65535, Flags: wire.Held | wire.Changed}),
		wire.AppendResult(nil, wire.Result{Definition: id + 1, Label: 1}))
	b.Clock = &wire.Clock{Offset: time.Hour}
	commit(t, db, wire.Results, b)
	all, err := db.Results(t.Context(), watch(), 10)
	if err != nil || len(all) != 2 {
		t.Fatalf("results: %+v, %v", all, err)
	}
	if r := all[1]; r.Label != "run" || r.Pipeline != "activity" || r.Model != "motions" || r.Score != 1 || !r.Held || !r.Changed ||
		r.Number != 2 || !r.Time().Equal(time.Unix(3602, 0)) || !r.Received.Equal(time.Unix(1, 0)) {
		t.Errorf("named result is %+v", r)
	}
	if r := all[0]; r.Label != "" || r.Pipeline != "" || r.Index != 1 || r.Number != 3 {
		t.Errorf("result without a definition is %+v", r)
	}
	if scores, err := db.Scores(t.Context(), watch(), 1); err != nil || len(scores) != 1 || scores[0].Number != 3 {
		t.Errorf("last score is %+v, %v", scores, err)
	}
}

// TestCountersAndGaugesInAnyOrder: a counter is absolute, so the largest counts; of a gauge the newest.
func TestCountersAndGaugesInAnyOrder(t *testing.T) {
	db := openStore(t, dbPath(t))
	count := func(n uint64) []byte {
		return wire.AppendCounter(nil, wire.Counter{Owner: "source/imu", Cause: "ring_overrun", Total: n})
	}
	gauge := func(v float64) []byte {
		return must(t)(wire.AppendGauge(nil, wire.Gauge{Owner: "pipeline/activity", Name: "invoke_p50_us", Value: v}))
	}
	late, early := records(count(9), gauge(52)), records(count(4), gauge(48))
	late.First, late.Records[1].At = 11, time.Minute
	commit(t, db, wire.Metrics, late)
	commit(t, db, wire.Metrics, early)
	ledger, err := db.Ledger(t.Context(), watch())
	if err != nil || len(ledger) != 1 || ledger[0] != (store.CounterRow{Owner: "source/imu", Cause: "ring_overrun", Total: 9}) {
		t.Errorf("ledger is %+v, %v", ledger, err)
	}
	gauges, err := db.Gauges(t.Context(), watch())
	if err != nil || len(gauges) != 1 || gauges[0].Value != 52 {
		t.Errorf("gauges are %+v, %v", gauges, err)
	}
}

func TestEvents(t *testing.T) {
	db := openStore(t, dbPath(t))
	event := must(t)(wire.AppendEvent(nil, wire.Event{Name: wire.EventUncleanStop, Facts: map[string]any{"life": "01", "within_us": int64(7)}}))
	commit(t, db, wire.Events, records(event))
	all, err := db.Events(t.Context(), watch(), 5)
	if err != nil || len(all) != 1 || all[0].Name != wire.EventUncleanStop || all[0].Facts["within_us"] != int64(7) {
		t.Errorf("events are %+v, %v", all, err)
	}
}

// TestQuarantine is rule H5: what cannot be decoded is kept, counted and acknowledged.
func TestQuarantine(t *testing.T) {
	path := dbPath(t)
	db := openStore(t, path)
	good := wire.AppendResult(nil, wire.Result{})
	out := commit(t, db, wire.Results, records(good, []byte("noise"), good, nil))
	if o := out[0]; o.Ack.UpTo != 4 || o.Quarantined != 2 || len(o.Records) != 2 {
		t.Errorf("outcome is %+v", o)
	}
	all, err := db.Quarantined(t.Context(), watch(), 5)
	if err != nil || len(all) != 2 || all[1].Number != 2 || string(all[1].Data) != "noise" || all[1].Reason == "" {
		t.Errorf("quarantine is %+v, %v", all, err)
	}
	if out := commit(t, db, wire.Results, records(good, []byte("noise"), good, nil)); out[0].Quarantined != 0 {
		t.Errorf("a repeated batch is quarantined again: %+v", out[0])
	}
	if r := verified(t, path); !r.Clean() || r.Delivered != 4 {
		t.Errorf("verify: %+v", r)
	}
}

// TestAlarmOnce is rule H3: numbers the hub once acknowledged and lost raise one alarm, not one per repetition.
func TestAlarmOnce(t *testing.T) {
	path := dbPath(t)
	db := openStore(t, path)
	pub, log := newRadio(), newNotes()
	in := ingest.New(db, pub, ingest.Config{Logger: slog.New(log)})
	defer start(t, in)()
	payload := encode(t, low(8, batch(8, 2, span(1, 1, 30))))
	for range 2 {
		in.Handle(t.Context(), from("watch-1"), wire.Results, payload)
		if got := <-pub.out; got.ack.UpTo != 9 {
			t.Errorf("acknowledged %+v", got.ack)
		}
	}
	all, err := db.Alarms(t.Context(), 10)
	if err != nil || len(all) != 1 || all[0].Kind != store.AlarmHubLost || all[0].First != 1 || all[0].Last != 7 || all[0].Device != watch() {
		t.Errorf("alarms are %+v, %v", all, err)
	}
	if s := in.Stats(); s.HubLost != 7 || log.count("records lost by the hub: was it restored from a backup?") != 1 {
		t.Errorf("stats are %+v, logged %v", s, log.said)
	}
	if r := verified(t, path); !r.Clean() || r.Lines[0].Gaps["hub_lost"] != 7 {
		t.Errorf("verify: %+v", r)
	}
}
