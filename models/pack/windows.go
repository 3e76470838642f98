package pack

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Recording is consecutive samples of one source.
type Recording struct {
	Name   string
	Label  int    // index of its label; -1 when it has none
	Slice  string // part of the set
	Values []float32
}

// place says where a window is, for people.
type spot struct {
	recording *Recording
	index     int // of the window, over all recordings
	first     int // its first sample
}

// each cuts windows as the agent does and calls f with every one.
func (d *Draft) each(all []Recording, f func(w []float32, s spot) error) error {
	return d.every(d.m.Window.Hop, all, f)
}

// every cuts windows that begin some samples apart.
func (d *Draft) every(hop int, all []Recording, f func(w []float32, s spot) error) error {
	channels, n := d.m.Source.Values(), 0
	for i := range all {
		samples := len(all[i].Values) / channels
		for at := 0; at+d.m.Window.Length <= samples; at += hop {
			s := spot{recording: &all[i], index: n, first: at}
			if err := f(all[i].Values[at*channels:(at+d.m.Window.Length)*channels], s); err != nil {
				return err
			}
			n++
		}
	}
	if n == 0 {
		return fmt.Errorf("no recording is as long as a window of %d samples: %w", d.m.Window.Length, ErrSpec)
	}
	return nil
}

func (d *Draft) where(s spot) string {
	if s.recording.Name == "" {
		return fmt.Sprintf("window %d", s.index)
	}
	return fmt.Sprintf("window %d (%s, samples %d to %d)", s.index, s.recording.Name, s.first, s.first+d.m.Window.Length-1)
}

// run puts a window through preprocessing and model.
func (d *Draft) run(w []float32, s spot) error {
	channels := d.m.Source.Values()
	d.framer.Push(engine.Of(w, len(w)/channels, channels), true)
	if !d.framer.Next(d.s.Inputs()[0]) {
		return fmt.Errorf("%s has a value that is no number, before or after preprocessing: %w", d.where(s), ErrSpec)
	}
	if err := d.s.Invoke(); err != nil {
		return fmt.Errorf("%s: %w", d.where(s), err)
	}
	return nil
}
