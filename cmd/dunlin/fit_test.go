package main

import (
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// giver is a source of pictures or channels.
type giver struct {
	picture  hal.Picture
	channels []hal.Channel
}

func (g giver) Picture() hal.Picture    { return g.picture }
func (g giver) Channels() []hal.Channel { return g.channels }

func TestFit(t *testing.T) {
	var motions, persons manifest.Bundle
	motions.Name, motions.Version, motions.Source.Channels = "motions", 1, []manifest.Channel{{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}}
	persons.Name, persons.Version, persons.Source.Picture = "persons", 1, manifest.Picture{Width: 2, Height: 1, Depth: 1}
	ax, ay := hal.Channel{Name: "ax", Unit: "m/s2"}, hal.Channel{Name: "ay", Unit: "m/s2"}
	small := giver{picture: hal.Picture{Width: 2, Height: 1, Depth: 1}}
	for name, c := range map[string]struct {
		model *manifest.Bundle
		src   any
		want  string // in the refusal; empty when it fits
	}{
		"channels":               {&motions, giver{channels: []hal.Channel{ax, ay}}, ""},
		"other order":            {&motions, giver{channels: []hal.Channel{ay, ax}}, "channel 1 of the source is ay[m/s2]"},
		"too few":                {&motions, giver{channels: []hal.Channel{ax}}, "gives 1 channels"},
		"not known yet":          {&motions, giver{}, ""},
		"no source":              {&motions, nil, ""},
		"pictures":               {&persons, small, ""},
		"other size":             {&persons, giver{picture: hal.Picture{Width: 1, Height: 2, Depth: 1}}, "gives pictures of 1x2x1"},
		"pictures for channels":  {&motions, small, "model motions@1 wants channels (ax[m/s2] ay[m/s2])"},
		"channels for pictures":  {&persons, giver{channels: []hal.Channel{ax}}, "model persons@1 wants pictures of 2x1x1"},
		"a recording of picture": {&persons, giver{channels: []hal.Channel{ax, ay}}, ""},
	} {
		err := fit(c.model, c.src)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
