package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hal/expect"
)

// machine tells what board this is and whether the buses that the configuration names can be used.
func (d *doctor) machine() {
	name := string(d.hardware.board.Kind())
	if model := d.hardware.board.Model(); model != "" {
		name += ", " + model
	}
	d.add("board", nil, name)
	wanted := map[string]bool{}
	for _, s := range d.cfg.Sources {
		if p, chip := placeOf(s); chip {
			wanted[d.hardware.busName(p.Bus)] = true
		}
		wanted[spiOf(s)] = true
	}
	for _, b := range d.hardware.board.Buses() {
		d.bus(b, wanted[b.Name])
	}
}

// bus is absent when a source wants it, and a note when none does.
func (d *doctor) bus(b board.Bus, wanted bool) {
	text := string(b.State)
	if b.Adapter != "" {
		text = b.Adapter + ", " + text
	}
	switch {
	case b.State == board.Usable:
		d.add("bus "+b.Name, nil, text)
	case wanted && b.State == board.Denied && d.running != nil: // the daemon's sources say whether the daemon may
		d.findings = append(d.findings, finding{"bus " + b.Name, "note", text + " for this user; the daemon opens it with its own"})
	case wanted:
		d.findings = append(d.findings, finding{"bus " + b.Name, "absent", text + "; " + b.Fix})
	default:
		d.findings = append(d.findings, finding{"bus " + b.Name, "note", text + ", and no source wants it"})
	}
}

func (d *doctor) source(ctx context.Context, c config.SourceConfig) {
	src, what := d.hardware.source(c), "source "+c.Name
	if e, ok := src.(*expect.Source); ok && e.Check() != nil {
		d.add(what, e.Check(), "")
		return
	}
	switch {
	case c.Replay != nil:
		d.replay(c, src)
	case c.Process != nil:
		if fix, err := findProgram(c.Process.Command[0]); err != nil {
			d.add(what, absent("program "+c.Process.Command[0], fix, err), "")
			return
		}
		d.add(what, nil, src.String()+": "+strings.Join(contents(src), " "))
	default:
		d.rule(c)
		d.opened(ctx, c, src)
	}
}

func (d *doctor) replay(c config.SourceConfig, src hal.Source) {
	what := "source " + c.Name
	if _, err := os.Stat(c.Replay.File); err != nil {
		d.add(what, absent("recording "+c.Replay.File, fmt.Sprintf("check sources.%s.file", c.Name), err), "")
		return
	}
	if len(channelsOf(src)) == 0 {
		d.add(what, fmt.Errorf("%s has no readable recording; try 'dunlin sources read %s'", c.Replay.File, c.Name), "")
		return
	}
	d.add(what, nil, src.String()+": "+strings.Join(contents(src), " "))
}

// trial is how long a source may take to its first sample, beyond its own period.
const trial = 3 * time.Second

// opened tries a source: it is opened for real and read until its first sample. One that the daemon reads is left to
// the daemon, and told as it says.
func (d *doctor) opened(ctx context.Context, c config.SourceConfig, src hal.Source) {
	what := "source " + c.Name
	if d.running != nil {
		i := slices.IndexFunc(d.running.Sources, func(s agent.SourceStatus) bool { return s.Name == c.Name })
		if i >= 0 {
			s := d.running.Sources[i]
			text := fmt.Sprintf("the daemon reads it: %s, %s", s.State, rateText(s.Rate))
			if s.State == agent.Absent {
				text = strings.TrimSuffix(text+"; "+d.hardware.instead(ctx, c), "; ")
			}
			d.findings = append(d.findings, finding{what, "note", text})
			return
		}
	}
	trying, cancel := context.WithTimeout(ctx, trial+min(driverOf(c).rate(c).Period(), 2*trial))
	defer cancel()
	var first []float32
	err := src.Run(trying, func(b hal.Block) {
		if first == nil && len(b.Values) >= b.Channels {
			first = append(first, b.Values[:b.Channels]...)
		}
		cancel()
	})
	switch {
	case err != nil && !errors.Is(err, hal.End):
		d.add(what, d.hardware.advised(ctx, c, err), "")
	case first == nil:
		d.findings = append(d.findings, finding{what, "note", src.String() + ": opened, no sample came within the trial" + reasonOf(src)})
	default:
		d.add(what, nil, src.String()+": "+valuesText(src, first))
	}
}

// reasonOf is why a source gives nothing, if it knows.
func reasonOf(src hal.Source) string {
	if h, ok := src.(hal.Healther); ok {
		if r := h.Health().Reason; r != "" && r != "stopped" {
			return ": " + r
		}
	}
	return ""
}

// valuesText is one sample for people.
func valuesText(src hal.Source, values []float32) string {
	if p := pictureOf(src); p != (hal.Picture{}) {
		return "pictures of " + p.String()
	}
	words := channelWords(channelsOf(src))
	for i, v := range values {
		if i < len(words) {
			words[i] += " " + number(v)
		}
	}
	return strings.Join(words, ", ")
}

// rule looks for what `sources setup` wrote. A device that already stands as planned needs none.
func (d *doctor) rule(c config.SourceConfig) {
	if c.IIO == nil || c.IIO.Mode != config.IIOBuffer {
		return
	}
	path := rulePath(c.Name)
	if _, err := os.Stat(d.hardware.path(path)); err != nil {
		d.findings = append(d.findings, finding{"rule of " + c.Name, "note", path + " is not there; if the source is absent: sudo dunlin sources setup " + c.Name})
		return
	}
	d.add("rule of "+c.Name, nil, path)
}
