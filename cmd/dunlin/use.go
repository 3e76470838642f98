package main

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// use says how a pipeline runs a model; nil means what the manifest says.
type use struct {
	ref       manifest.Ref
	options   engine.Options
	threshold *float64
	hold      *int
	source    hal.Source
	rate      hal.Hertz     // of the source; zero when it does not say
	isolated  bool          // in a process of its own
	limit     time.Duration // of one call there; zero is learned
	log       *slog.Logger  // of that process's falls
}

func (u use) rule(d manifest.Decide) pipeline.Rule {
	threshold, hold := cmp.Or(u.threshold, &d.Threshold), cmp.Or(u.hold, &d.Hold)
	return pipeline.Rule{Threshold: *threshold, Hold: *hold}
}
