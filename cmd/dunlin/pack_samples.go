package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/models/evaluate"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/pack"
)

// recordings reads everything that one part of the spec names. A label that the model does not have is an error where
// labels are wanted.
func (p *packing) recordings(ctx context.Context, at string, s pack.Samples, labelled bool) (all []pack.Recording, err error) {
	for _, part := range s.Parts {
		var some []pack.Recording
		if strings.EqualFold(filepath.Ext(part.Path), ".npy") {
			some, err = p.array(p.path(part.Path), s)
		} else {
			some, err = p.csv(ctx, p.path(part.Path), labelled)
		}
		if err != nil {
			return nil, fmt.Errorf("%s.samples: %w", at, notEnd(err))
		}
		for i := range some {
			some[i].Slice = part.Slice
		}
		all = append(all, some...)
	}
	if s.Truth == "" {
		return all, nil
	}
	if err := p.truth(all, p.path(s.Truth)); err != nil {
		return nil, fmt.Errorf("%s.truth: %w", at, err)
	}
	return all, nil
}

// truth gives each recording its label from an array of their numbers.
func (p *packing) truth(all []pack.Recording, path string) error {
	array, err := p.a.readArray(path)
	if err != nil {
		return err
	}
	if len(array.Data) != len(all) {
		return fmt.Errorf("%d labels for %d recordings: %w", len(array.Data), len(all), pack.ErrSpec)
	}
	for i, v := range array.Data {
		if all[i].Label = int(v); float32(all[i].Label) != v || v < 0 || all[i].Label >= len(p.b.Labels) {
			return fmt.Errorf("label %d is %v, want 0 to %d: %w", i, v, len(p.b.Labels)-1, pack.ErrSpec)
		}
	}
	return nil
}

// csv plays recordings as the agent would, and keeps every stretch without a gap.
func (p *packing) csv(ctx context.Context, path string, labelled bool) (all []pack.Recording, err error) {
	src := replay.New(replay.Config{File: path})
	if err := fit(p.b, src); err != nil {
		return nil, err
	}
	rate, err := recordingRate(path)
	if err != nil {
		return nil, err
	}
	if err := fitRate(p.b, rate); err != nil {
		return nil, err
	}
	now := replay.Recording{}
	src = replay.New(replay.Config{File: path, OnRecording: func(r replay.Recording) { now = r }})
	width := p.b.Source.Values()
	runErr := src.Run(ctx, func(b hal.Block) {
		if b.Channels != width {
			err = fmt.Errorf("recording %s has %d channels, the model wants %d: %w", now.Name, b.Channels, width, pack.ErrSpec)
			return
		}
		if b.Discont || len(all) == 0 || all[len(all)-1].Name != now.Name {
			label := slices.Index(p.b.Labels, now.Label)
			if label < 0 && now.Label != "" && labelled {
				err = fmt.Errorf("recording %s has the label %q, the model has %s: %w", now.Name, now.Label, strings.Join(p.b.Labels, ", "), pack.ErrSpec)
			}
			all = append(all, pack.Recording{Name: now.Name, Label: label})
		}
		last := &all[len(all)-1]
		last.Values = append(last.Values, b.Values...)
	})
	if errors.Is(runErr, hal.End) {
		runErr = nil
	}
	return all, errors.Join(err, runErr)
}

// array reads whole windows, [windows, …] of exactly a window's values each, or recordings as predict takes them.
func (p *packing) array(path string, s pack.Samples) ([]pack.Recording, error) {
	array, err := p.a.readArray(path)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(path), ".npy")
	values, shape := p.b.Source.Values(), array.Shape
	if n := len(shape); s.LabelColumn < 0 && n > 1 && shape[0] > 0 && len(array.Data) == shape[0]*p.b.Window.Length*values {
		return slices.Collect(func(yield func(pack.Recording) bool) {
			size := p.b.Window.Length * values
			for i := range shape[0] {
				if !yield(pack.Recording{Name: fmt.Sprintf("%s[%d]", name, i), Label: -1, Values: array.Data[i*size : (i+1)*size]}) {
					return
				}
			}
		}), nil
	}
	src := &arraySource{name: name, array: array, label: s.LabelColumn, labels: p.b.Labels}
	if err := src.check(values, p.b.Ref()); err != nil {
		return nil, err
	}
	return src.recordings()
}

func (s *arraySource) recordings() (all []pack.Recording, err error) {
	n, size, width := s.array.Shape[0], s.array.Shape[1]*s.array.Shape[2], s.array.Shape[2]
	for i := range n {
		values, label, err := s.split(s.array.Data[i*size:(i+1)*size], width)
		if err != nil {
			return nil, withCode(exitUsage, fmt.Errorf("recording %d: %w", i, err))
		}
		all = append(all, pack.Recording{Name: fmt.Sprintf("%s[%d]", s.name, i), Label: slices.Index(s.labels, label), Values: values})
	}
	return all, nil
}

// boundNames refuses a bound that no report can reach: on a metric that it does not have, or a slice that it does not
// judge. Windows are those of each slice.
func boundNames(b *manifest.Bundle, windows map[string]int) error {
	known := evaluate.Names(b.Labels)
	for i, bound := range b.Acceptance.Bounds {
		switch {
		case bound.Slice != "" && bound.Metric != "accuracy" && bound.Metric != "f1_macro":
			return fmt.Errorf("$.acceptance.bounds[%d].metric: %q is not measured by slice, accuracy and f1_macro are: %w", i, bound.Metric, pack.ErrSpec)
		case bound.Slice != "" && windows[bound.Slice] < evaluate.MinSlice:
			return fmt.Errorf("$.acceptance.bounds[%d].slice: %q has %d windows, a bound wants at least %d: %w", i, bound.Slice, windows[bound.Slice], evaluate.MinSlice, pack.ErrSpec)
		case bound.Slice == "" && !slices.Contains(known, bound.Metric):
			return fmt.Errorf("$.acceptance.bounds[%d].metric: there is no %q; there are %s: %w", i, bound.Metric, strings.Join(known, ", "), pack.ErrSpec)
		}
	}
	return nil
}

// trialNote says when a version's trial will see so few windows that its guards tell little; empty when it will not.
func trialNote(m *manifest.Manifest) string {
	if n := max(m.Trial.Windows, pipeline.LeastWindows); m.Trial.Windows > 0 && n < pipeline.EnoughWindows {
		return fmt.Sprintf("trial: %d windows show a version that answers otherwise, and little of its latency; from %d on all guards judge", n, pipeline.EnoughWindows)
	}
	length := time.Duration(m.Trial.Minutes) * time.Minute
	every := time.Duration(float64(m.Window.Hop) / m.Source.RateHz * float64(time.Second))
	if m.Trial.Windows > 0 || m.Source.RateHz <= 0 || length >= pipeline.EnoughWindows*every {
		return ""
	}
	return fmt.Sprintf("trial: there is a window each %v: it goes on for up to %v, to see %d", every, pipeline.MostLonger*length, pipeline.EnoughWindows)
}
