package main

import (
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// fit reports whether a source gives what the model was trained on; a source that does not know yet fits.
func fit(b *manifest.Bundle, src any) error {
	if p, ok := src.(hal.Pictured); ok && p.Picture() != (hal.Picture{}) {
		return fitPicture(b, p.Picture())
	}
	if d, ok := src.(hal.Describer); ok && d.Channels() != nil {
		return fitChannels(b, d.Channels())
	}
	return nil
}

func fitPicture(b *manifest.Bundle, have hal.Picture) error {
	want := hal.Picture(b.Source.Picture)
	switch {
	case want == hal.Picture{}:
		return withCode(exitUsage, fmt.Errorf("the source gives pictures of %v, model %s wants channels (%s)", have, b.Ref(), channelText(channelsOfModel(b))))
	case have != want:
		return withCode(exitUsage, fmt.Errorf("the source gives pictures of %v (width, height, depth), model %s wants %v: set them so in the source", have, b.Ref(), want))
	}
	return nil
}

func fitChannels(b *manifest.Bundle, have []hal.Channel) error {
	if p := hal.Picture(b.Source.Picture); p != (hal.Picture{}) {
		if len(have) == p.Values() { // a recording of pictures has a column for every value
			return nil
		}
		return withCode(exitUsage, fmt.Errorf("the source gives %d channels, model %s wants pictures of %v (width, height, depth)", len(have), b.Ref(), p))
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
