package pipeline

import (
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// journal writes what a pipeline has to tell: results, what they mean, events and gauges.
type journal struct {
	p          *Pipeline
	model      *Model
	definition []byte
	id         uint32
	since      int    // results since the definition was written
	buf        []byte // of one result
	failing    bool   // the recorder refused the last record
}

func newJournal(p *Pipeline, m *Model, r Rule) (journal, error) {
	def, err := wire.AppendDefinition(nil, wire.Definition{
		Pipeline: p.cfg.Name, Model: m.Name, Version: m.Version, Labels: m.Labels,
		Source: p.feed.cfg.Name, Threshold: r.Threshold, Engine: wire.Clip(m.engineText()),
	})
	return journal{p: p, model: m, definition: def, id: wire.DefinitionID(def), buf: make([]byte, 0, wire.MaxResult)}, err
}

func (j *journal) started() {
	now := j.p.cfg.Clock.Boot()
	j.append(wire.Results, now, j.definition)
	j.event(wire.EventPipelineStarted, map[string]any{"model": j.model.Name + "@" + j.model.Version, "engine": j.model.engineText()})
}

// swapped says that the results that follow are another model's.
func (j *journal) swapped(from *Model) {
	j.append(wire.Results, j.p.cfg.Clock.Boot(), j.definition)
	j.since = 0
	j.event(wire.EventModelSwapped, map[string]any{"model": j.model.ref(), "from": from.ref(), "engine": j.model.engineText()})
}

// result writes one result, and the definition again when it is due: an eviction then never leaves results without a
// meaning for long.
func (j *journal) result(d *Decision) bool {
	if j.since++; j.since > j.p.cfg.Redefine {
		j.append(wire.Results, d.At, j.definition)
		j.since = 1
	}
	j.buf = wire.AppendResult(j.buf[:0], wire.Result{Definition: j.id, Label: uint16(d.Label), Score: wire.ScoreOf(d.Score), Flags: d.flags()})
	return j.append(wire.Results, d.At, j.buf)
}

// event writes an event of this pipeline.
func (j *journal) event(name string, facts map[string]any) {
	facts["pipeline"] = j.p.cfg.Name
	record, err := wire.EventRecord(name, facts)
	if err != nil {
		j.p.cfg.Logger.Error("event cannot be written", "event", name, "reason", err)
		return
	}
	j.append(wire.Events, j.p.cfg.Clock.Boot(), record)
}

// gauge writes a measured value.
func (j *journal) gauge(name string, value float64) {
	record, err := wire.AppendGauge(nil, wire.Gauge{Owner: "pipeline/" + j.p.cfg.Name, Name: name, Value: value})
	if err != nil {
		j.p.cfg.Logger.Error("gauge cannot be written", "gauge", name, "reason", err)
		return
	}
	j.append(wire.Metrics, j.p.cfg.Clock.Boot(), record)
}

// append hands a record over, counts it when it is not taken, and logs the edges of that.
func (j *journal) append(s wire.Stream, at time.Duration, record []byte) bool {
	err := j.p.rec.Append(s, at, record)
	if err != nil {
		j.p.drop(recordRefused, 1)
	}
	if failing := err != nil; failing != j.failing {
		j.failing = failing
		j.log(err)
	}
	return err == nil
}

func (j *journal) log(err error) {
	if err != nil {
		j.p.cfg.Logger.Warn("records are not taken", "reason", err)
		return
	}
	j.p.cfg.Logger.Info("records are taken again", slog.Uint64("refused", j.p.stats.droppedSoFar(recordRefused)))
}
