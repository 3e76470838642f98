// Command steps measures a step of preprocessing against the Python that a model was trained with: the mel spectrogram of
// one second at 16 kHz against librosa, in turns in one run, by the wall clock. Each has one thread: on two cores of which
// another program uses one, the threads of its BLAS wait for each other and make librosa ten times slower.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/models/steps"
)

const (
	rate     = 16000
	turn     = 60 * time.Millisecond
	turns    = 25
	minRatio = 5
	maxError = 1e-4
)

func main() {
	python := flag.String("python", ".tools/science/bin/python", "Python with librosa")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *python); err != nil {
		fmt.Fprintln(os.Stderr, "steps:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, python string) error {
	chain, err := steps.New(steps.Shape{Rows: rate, Columns: 1, RateHz: rate}, []steps.Spec{{Name: "mel", Params: map[string]any{
		"rate_hz": float64(rate), "n_fft": 512.0, "hop_samples": 160.0, "n_mels": 40.0,
	}}})
	if err != nil {
		return err
	}
	window := sound()
	peer, want, err := startLibrosa(ctx, python, window)
	if err != nil {
		return err
	}
	worst, err := furthest(chain.Apply(window), want)
	if err != nil {
		return errors.Join(err, peer.close())
	}
	var ours, plain, kept, ratio, keptRatio []float64
	for i := range turns + 1 {
		own := measure(func() { chain.Apply(window) })
		p, k, err := peer.measure(turn)
		if err != nil {
			return errors.Join(err, peer.close())
		}
		if i > 0 { // the first turn warms up
			ours, plain, kept = append(ours, own), append(plain, p), append(kept, k)
			ratio, keptRatio = append(ratio, p/own), append(keptRatio, k/own)
		}
	}
	allocations := testing.AllocsPerRun(10, func() { chain.Apply(window) })
	r, k := report.Median(ratio), report.Median(keptRatio)
	return errors.Join(peer.close(),
		report.Print(os.Stdout, report.Line{Figure: "mel spectrogram of 1 s at 16 kHz, frames of 512, against librosa, one thread each", Target: ">= 5 times faster",
			Result: fmt.Sprintf("%.1f times (%.2f against %.2f ms)", r, report.Median(ours)*1e3, report.Median(plain)*1e3), OK: report.Met(r >= minRatio)}),
		report.Print(os.Stdout, report.Line{Figure: "the same, librosa's filters made once before", Target: "reported",
			Result: fmt.Sprintf("%.1f times (%.2f ms)", k, report.Median(kept)*1e3)}),
		report.Print(os.Stdout, report.Line{Figure: "the same, largest relative difference of a value, allocations", Target: "<= 1e-4, 0",
			Result: fmt.Sprintf("%.1e, %v", worst, allocations), OK: report.Met(worst <= maxError && allocations == 0)}),
	)
}

// measure is the seconds of one call, over a turn.
func measure(call func()) float64 {
	n, began := 0, time.Now()
	for time.Since(began) < turn {
		call()
		n++
	}
	return time.Since(began).Seconds() / float64(n)
}

// sound is two tones in noise.
func sound() []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, rate)
	for i := range x {
		t := float64(i) / rate
		x[i] = float32(0.3*math.Sin(2*math.Pi*440*t) + 0.1*math.Sin(2*math.Pi*3130*t) + 0.02*r.NormFloat64())
	}
	return x
}

// furthest is the largest difference of a value, relative to librosa's.
func furthest(have, want []float32) (worst float64, err error) {
	if len(have) != len(want) {
		return 0, fmt.Errorf("%d values, librosa makes %d", len(have), len(want))
	}
	for i, w := range want {
		worst = max(worst, math.Abs(float64(have[i])-float64(w))/math.Abs(float64(w)))
	}
	return worst, nil
}
