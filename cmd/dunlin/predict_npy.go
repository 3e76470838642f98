package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/npy"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// arraySource plays an array of [samples, channels] or [recordings, samples, channels].
type arraySource struct {
	name      string
	array     npy.Array
	period    time.Duration
	labels    []string
	label     int // column of the label's index, or -1
	recording func(replay.Recording)
}

func (s *arraySource) String() string { return "array " + s.name }

// arraySource reads the whole array: it has to, to know that its shape is right.
func (a *app) arraySource(b *manifest.Bundle, f predictFlags, p *prediction) (*arraySource, error) {
	array, err := a.readArray(f.input)
	if err != nil {
		return nil, err
	}
	s := &arraySource{
		name: strings.TrimSuffix(filepath.Base(f.input), ".npy"), array: array, label: -1, labels: b.Labels,
		period: hal.Hertz(b.Source.RateHz).Period(), recording: p.began,
	}
	if f.labelColumn != "label" {
		if s.label, err = strconv.Atoi(f.labelColumn); err != nil || s.label < 0 {
			return nil, withCode(exitUsage, fmt.Errorf("--label-column %q is no number from 0: columns of an array have no names", f.labelColumn))
		}
	}
	return s, s.check(b.Source.Values(), b.Ref())
}

func (a *app) readArray(path string) (npy.Array, error) {
	if path == "-" {
		return usageArray(npy.Read(a.in))
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return npy.Array{}, &hal.AbsentError{What: fmt.Sprintf("array %q", path), Fix: "check --input", Err: os.ErrNotExist}
	}
	if err != nil {
		return npy.Array{}, fmt.Errorf("open array: %w", err)
	}
	array, err := usageArray(npy.Read(io.Reader(file)))
	return array, errors.Join(err, file.Close())
}

func usageArray(array npy.Array, err error) (npy.Array, error) {
	if err != nil {
		err = withCode(exitUsage, err)
	}
	return array, err
}

func (s *arraySource) check(channels int, ref manifest.Ref) error {
	want := channels
	if s.label >= 0 {
		want++
	}
	if len(s.array.Shape) == 2 {
		s.array.Shape = append([]int{1}, s.array.Shape...)
	}
	if len(s.array.Shape) != 3 || s.array.Shape[2] != want || s.label >= want {
		return withCode(exitUsage, fmt.Errorf("the array has shape %v; model %s wants [samples, %d] or [recordings, samples, %d], the label's column included", s.array.Shape, ref, want, want))
	}
	return nil
}

// Run emits every recording as one block, stamped as a replay stamps them.
func (s *arraySource) Run(ctx context.Context, emit func(hal.Block)) error {
	at := clock.System{}.Boot()
	n, samples, width := s.array.Shape[0], s.array.Shape[1], s.array.Shape[2]
	for i := range n {
		if ctx.Err() != nil {
			return nil
		}
		data := s.array.Data[i*samples*width : (i+1)*samples*width]
		values, label, err := s.split(data, width)
		if err != nil {
			return withCode(exitUsage, fmt.Errorf("recording %d: %w", i, err))
		}
		s.recording(replay.Recording{Index: i, Name: fmt.Sprintf("%s[%d]", s.name, i), Label: label, At: at, Samples: samples})
		channels := len(values) / max(samples, 1)
		emit(hal.Block{At: at, Period: s.period, Discont: true, Channels: channels, Values: values})
		at += time.Duration(samples) * max(s.period, time.Microsecond)
	}
	return hal.End
}

// split takes the label's column out of the samples; a recording has one label, that of its first sample.
func (s *arraySource) split(data []float32, width int) (values []float32, label string, err error) {
	if s.label < 0 || len(data) == 0 {
		return data, "", nil
	}
	for row := range slices.Chunk(data, width) {
		values = append(append(values, row[:s.label]...), row[s.label+1:]...)
	}
	for i, name := range s.labels { // a number that is not whole, or no number at all, is none
		if float32(i) == data[s.label] {
			return values, name, nil
		}
	}
	return nil, "", fmt.Errorf("label %v is none of 0 to %d", data[s.label], len(s.labels)-1)
}
