package main

import (
	"math"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// TestRuleOfManifest: what docs/models.md says of decide.release reaches the pipeline, beside what a configuration says.
func TestRuleOfManifest(t *testing.T) {
	low, high, one := 0.4, 0.9, 1
	for name, tc := range map[string]struct {
		use    use
		decide manifest.Decide // as it is parsed: an absent release is the threshold
		want   pipeline.Rule
	}{
		"as the manifest says":        {use{}, manifest.Decide{Threshold: 0.7, Release: 0.5, Hold: 3}, pipeline.Rule{Threshold: 0.7, Release: 0.5, Hold: 3}},
		"no release":                  {use{}, manifest.Decide{Threshold: 0.7, Release: 0.7, Hold: 3}, pipeline.Rule{Threshold: 0.7, Release: 0.7, Hold: 3}},
		"no release, lower threshold": {use{threshold: &low}, manifest.Decide{Threshold: 0.7, Release: 0.7, Hold: 3}, pipeline.Rule{Threshold: 0.4, Release: 0.4, Hold: 3}},
		"no release, higher":          {use{threshold: &high, hold: &one}, manifest.Decide{Threshold: 0.7, Release: 0.7, Hold: 3}, pipeline.Rule{Threshold: 0.9, Release: 0.9, Hold: 1}},
		"threshold below the release": {use{threshold: &low}, manifest.Decide{Threshold: 0.7, Release: 0.5, Hold: 3}, pipeline.Rule{Threshold: 0.4, Release: 0.4, Hold: 3}},
		"threshold above the release": {use{threshold: &high}, manifest.Decide{Threshold: 0.7, Release: 0.5, Hold: 3}, pipeline.Rule{Threshold: 0.9, Release: 0.5, Hold: 3}},
		"never released by its score": {use{}, manifest.Decide{Threshold: 0.7, Hold: 3}, pipeline.Rule{Threshold: 0.7, Release: math.SmallestNonzeroFloat64, Hold: 3}},
		"any score will do":           {use{}, manifest.Decide{Hold: 3}, pipeline.Rule{Hold: 3}},
	} {
		if got := tc.use.rule(tc.decide); got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}
