package main

import (
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// fit reports whether a source gives what the model was trained on; a source that does not know yet fits.
func fit(b *manifest.Bundle, have []hal.Channel) error {
	if have == nil {
		return nil
	}
	want := channelsOfModel(b)
	if len(have) != len(want) {
		return withCode(exitUsage, fmt.Errorf("the source gives %d channels (%s), model %s wants %d (%s)", len(have), channelText(have), b.Ref(), len(want), channelText(want)))
	}
	for i := range want {
		if have[i] != want[i] {
			return withCode(exitUsage, fmt.Errorf("channel %d of the source is %s, model %s wants %s: give the channels as %s", i+1, channelText(have[i:i+1]), b.Ref(), channelText(want[i:i+1]), channelText(want)))
		}
	}
	return nil
}

// fitRate reports whether samples come as often as in training, give or take 2 %: a model that hears everything twice
// as slow gives answers, and they are wrong.
func fitRate(b *manifest.Bundle, have hal.Hertz) error {
	want := b.Source.RateHz
	if have == 0 || want == 0 || math.Abs(float64(have)-want) <= 0.02*want {
		return nil
	}
	return withCode(exitUsage, fmt.Errorf("the source gives %g samples a second, model %s wants %g", float64(have), b.Ref(), want))
}
