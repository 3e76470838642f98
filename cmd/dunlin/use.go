package main

import (
	"cmp"
	"log/slog"
	"math"
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

// rule is the manifest's, with what the configuration says instead. A release that is the threshold stays so when that
// is another one.
func (u use) rule(d manifest.Decide) pipeline.Rule {
	threshold, hold := cmp.Or(u.threshold, &d.Threshold), cmp.Or(u.hold, &d.Hold)
	release := min(d.Release, *threshold)
	if d.Release == d.Threshold {
		release = *threshold
	}
	if *threshold > 0 { // to the pipeline zero means that nothing was said
		release = max(release, math.SmallestNonzeroFloat64)
	}
	return pipeline.Rule{Threshold: *threshold, Release: release, Hold: *hold}
}
