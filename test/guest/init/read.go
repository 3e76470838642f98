package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// readChips reads every model through our bus and our drivers and compares with what the models were set to.
func readChips(ctx context.Context, _ *host, _ []string) (any, error) {
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	facts := map[string]reading{}
	var errs []error
	for _, c := range s.chips() {
		got, err := first(ctx, c.own())
		if err == nil {
			err = got.near(c.truth, c.within)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.name, err))
		}
		facts[c.name] = got
	}
	return facts, errors.Join(append(errs, s.unplug())...)
}

// busy reports whether a source failed because the bridge was not heard in time, which only a busy host is to blame for
// (see outcome.sound): its supervisor would try again, and so do checks.
func busy(ctx context.Context, err error) bool {
	return errors.Is(err, syscall.ETIMEDOUT) && clock.Wait(ctx, 200*time.Millisecond)
}

// first is the first sample of a source; it then stops it.
func first(ctx context.Context, src hal.Source) (r reading, err error) {
	for r, err = firstOf(ctx, src); busy(ctx, err); {
		r, err = firstOf(ctx, src)
	}
	return r, err
}

func firstOf(ctx context.Context, src hal.Source) (reading, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var got reading
	err := src.Run(ctx, func(b hal.Block) {
		if d, ok := src.(hal.Describer); ok && got == nil {
			got = reading{}
			for i, c := range d.Channels() {
				got[c.Name] = float64(b.Values[i])
			}
		}
		cancel()
	})
	if err == nil && got == nil {
		err = errors.New("it gave no sample in time")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", src, err)
	}
	return got, nil
}

// near compares with the truth, within a tolerance for each channel.
func (r reading) near(truth reading, within map[string]float64) error {
	var errs []error
	for name, want := range truth {
		if got, ok := r[name]; !ok || math.Abs(got-want) > within[name] {
			errs = append(errs, fmt.Errorf("%s is %g, the model says %g", name, got, want))
		}
	}
	return errors.Join(errs...)
}
