package fleettest

import (
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func run(first, last uint64) interval.Run { return interval.Run{First: first, Last: last} }

// Motions is a definition like the demo's, under a pipeline name of the test's choice.
func Motions(pipeline string, labels ...string) wire.Definition {
	if len(labels) == 0 {
		labels = []string{"badminton", "running", "standing", "walking"}
	}
	return wire.Definition{Pipeline: pipeline, Model: "motions", Version: "1", Labels: labels, Source: "imu",
		Threshold: 0.7, Engine: "tflite 2.21.0, xnnpack (9 of 11 operators)"}
}

// Define stores a definition and returns the id by which decisions refer to it.
func (w *World) Define(name string, d wire.Definition) uint32 {
	w.t.Helper()
	p, err := wire.AppendDefinition(nil, d)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Put(name, wire.Results, p)
	return wire.DefinitionID(p)
}

// Decide stores one decision.
func (w *World) Decide(name string, definition uint32, label uint16, score float64) {
	w.t.Helper()
	w.Put(name, wire.Results, wire.AppendResult(nil, wire.Result{Definition: definition, Label: label, Score: wire.ScoreOf(score)}))
}

// Happen stores one event.
func (w *World) Happen(name, event string, facts map[string]any) {
	w.t.Helper()
	p, err := wire.AppendEvent(nil, wire.Event{Name: event, Facts: facts})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Put(name, wire.Events, p)
}

// Measure stores one gauge.
func (w *World) Measure(name, owner, gauge string, value float64) {
	w.t.Helper()
	p, err := wire.AppendGauge(nil, wire.Gauge{Owner: owner, Name: gauge, Value: value})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Put(name, wire.Metrics, p)
}

// Count stores one counter of the ledger.
func (w *World) Count(name, owner, cause string, total uint64) {
	w.t.Helper()
	w.Put(name, wire.Metrics, wire.AppendCounter(nil, wire.Counter{Owner: owner, Cause: cause, Total: total}))
}
