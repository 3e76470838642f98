package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/audio"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// heard is what hal/audio recorded.
type heard struct {
	samples []float32
	gaps    []int // numbers of the first samples of blocks that are discontinuous
	health  hal.Health
	silent  int // how often the player had nothing to play, which is no fault of ours
}

// hear plays a signal into one end of the cable and records n samples of it from the other. hold, if not nil, is called
// with each block and may keep the recorder from reading.
func hear(ctx context.Context, n int, signal func(int) int16, hold func(samples int)) (r heard, err error) {
	p, err := newPlayer()
	if err != nil {
		return r, err
	}
	playing, quiet := context.WithCancel(ctx)
	played := make(chan error, 1)
	go func() { played <- p.play(playing, signal) }()
	run, stop := context.WithCancel(ctx)
	defer stop()
	sounding := false
	mic := audio.New(audio.Config{Device: microphone, Rate: soundRate})
	err = mic.Run(run, func(b hal.Block) {
		if !sounding { // the player has just begun
			sounding = slices.ContainsFunc(b.Values, func(v float32) bool { return v != 0 })
			return
		}
		if b.Discont {
			r.gaps = append(r.gaps, len(r.samples))
		}
		r.samples = append(r.samples, b.Values...)
		if hold != nil {
			hold(len(r.samples))
		}
		if len(r.samples) >= n {
			r.health = mic.Health()
			stop()
		}
	})
	quiet()
	err = errors.Join(err, <-played, p.Close())
	if err == nil && len(r.samples) < n {
		err = fmt.Errorf("%d samples were heard, want %d: %w", len(r.samples), n, context.Cause(ctx))
	}
	r.silent = p.underruns
	return r, err
}

// undisturbed does something again where the host was so busy that the player fell silent.
func undisturbed(try func() (heard, error)) (r heard, err error) {
	for range 5 {
		if r, err = try(); err != nil || r.silent == 0 {
			return r, err
		}
	}
	return r, errors.New("the player fell silent five times: the host is too busy")
}

// soundFacts are what the host logs.
type soundFacts struct {
	Frequency float64 `json:"frequency_hz,omitempty"`
	Amplitude float64 `json:"amplitude,omitempty"`
	Residual  float64 `json:"residual_lsb"` // largest difference from a sine
	Rate      float64 `json:"rate_hz"`      // as measured by the clock
	Lost      int     `json:"lost"`         // samples that are missing, by the numbers that they carry
	Dropped   uint64  `json:"dropped"`      // as Health counts them
}

// hearSine records 2 s of a sine of 440 Hz and half of full scale, and fits one to it.
func hearSine(ctx context.Context, _ *host, _ []string) (any, error) {
	if err := loadGroup("sound", map[string]string{"snd-aloop": "pcm_substreams=1"}); err != nil {
		return nil, err
	}
	const frequency, amplitude = 440.0, 0.5
	sine := func(n int) int16 {
		return int16(math.Round(amplitude * 32768 * math.Sin(2*math.Pi*frequency*float64(n)/soundRate)))
	}
	r, err := undisturbed(func() (heard, error) { return hear(ctx, 2*soundRate, sine, nil) })
	if err != nil {
		return nil, err
	}
	f := soundFacts{Rate: float64(r.health.Rate), Dropped: r.health.Dropped}
	f.Frequency, f.Amplitude, f.Residual = fitSine(r.samples, frequency)
	switch {
	case math.Abs(f.Frequency-frequency) > 0.001:
		err = fmt.Errorf("the sine has %g Hz, want %g", f.Frequency, frequency)
	case math.Abs(f.Amplitude-amplitude) > 1.0/32768:
		err = fmt.Errorf("the sine has an amplitude of %g, want %g", f.Amplitude, amplitude)
	case f.Residual > 1:
		err = fmt.Errorf("a sample is %g steps beside the sine: samples are missing, doubled or torn", f.Residual)
	case math.Abs(f.Rate/soundRate-1) > 0.05:
		err = fmt.Errorf("measured a rate of %g Hz, want %d", f.Rate, soundRate)
	case len(r.gaps) > 0 || r.health.Dropped > 0 || r.health.State != hal.Running:
		err = fmt.Errorf("gaps %v, %d samples dropped, state %s (%s): nothing went wrong", r.gaps, r.health.Dropped, r.health.State, r.health.Reason)
	}
	return f, err
}

// fitSine finds the sine nearest to samples by least squares: its frequency by how its phase moves from the first half
// to the second, and the largest difference from it in steps of 16 bits.
func fitSine(samples []float32, near float64) (frequency, amplitude, residual float64) {
	half := len(samples) / 2
	_, first := project(samples[:half], near)
	_, second := project(samples[half:], near)
	moved := math.Remainder(second-first-2*math.Pi*near*float64(half)/soundRate, 2*math.Pi)
	frequency = near + moved/(2*math.Pi)*soundRate/float64(half)
	amplitude, phase := project(samples, frequency)
	for i, v := range samples {
		want := amplitude * math.Sin(2*math.Pi*frequency*float64(i)/soundRate+phase)
		residual = max(residual, math.Abs(float64(v)-want)*32768)
	}
	return frequency, amplitude, residual
}

// project is the amplitude and the phase of one frequency, over whole periods of it.
func project(samples []float32, frequency float64) (amplitude, phase float64) {
	period := soundRate / frequency
	n := int(math.Round(math.Floor(float64(len(samples))/period/11) * 11 * period)) // 11 periods of 440 Hz are 400 samples
	var s, c float64
	for i, v := range samples[:n] {
		sin, cos := math.Sincos(2 * math.Pi * frequency * float64(i) / soundRate)
		s, c = s+float64(v)*sin, c+float64(v)*cos
	}
	return 2 * math.Hypot(s, c) / float64(n), math.Atan2(c, s)
}

// heldUp keeps the recorder from reading for longer than the kernel's buffer lasts. Each sample carries its number, so
// that what is missing is known.
func heldUp(ctx context.Context, _ *host, _ []string) (any, error) {
	if err := loadGroup("sound", nil); err != nil {
		return nil, err
	}
	number := func(n int) int16 { return int16(uint16(n)) }
	r, err := undisturbed(func() (heard, error) {
		held := false
		return hear(ctx, 2*soundRate, number, func(samples int) {
			if samples > soundRate/2 && !held {
				held = true
				clock.Wait(ctx, 1800*time.Millisecond)
			}
		})
	})
	if err != nil {
		return nil, err
	}
	f := soundFacts{Rate: float64(r.health.Rate), Dropped: r.health.Dropped}
	holes := missing(r.samples)
	for at, n := range holes {
		f.Lost += n
		if len(r.gaps) != 1 || at != r.gaps[0] {
			err = fmt.Errorf("%d samples are missing before sample %d; blocks tell of gaps before %v", n, at, r.gaps)
		}
	}
	switch {
	case err != nil:
	case len(holes) != 1 || f.Lost < soundRate/2:
		err = fmt.Errorf("%d holes with %d samples: the recorder was held up once, for 1.8 s with room for 1 s", len(holes), f.Lost)
	case math.Abs(float64(f.Dropped)-float64(f.Lost)) > soundRate/20: // aloop moves its position in steps of some ms
		err = fmt.Errorf("%d samples are counted as dropped, %d are missing", f.Dropped, f.Lost)
	case r.health.State != hal.Degraded || !strings.Contains(r.health.Reason, "samples were lost"):
		err = fmt.Errorf("state %s (%s) after samples were lost", r.health.State, r.health.Reason)
	}
	return f, err
}

// missing is how many numbers are missing before a sample that does not follow the one before it.
func missing(samples []float32) map[int]int {
	holes := map[int]int{}
	for i := 1; i < len(samples); i++ {
		before, now := uint16(int16(samples[i-1]*32768)), uint16(int16(samples[i]*32768))
		if n := int(now - before - 1); n != 0 {
			holes[i] = n
		}
	}
	return holes
}
