package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/bme280"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
)

// reading is one sample by channel names.
type reading map[string]float64

// readChips reads every model through our bus and our drivers and compares with what the models were set to.
func readChips(ctx context.Context, _ *host, _ []string) (any, error) {
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	facts := map[string]reading{}
	air, err := first(ctx, s.airSource())
	facts["bme280"] = air
	err = errors.Join(err, air.near(s.airTruth(), map[string]float64{"temperature": 0.01, "pressure": 1, "humidity": 0.05}))
	return facts, errors.Join(err, s.unplug())
}

func (s *site) airSource() hal.Source {
	return bme280.New(bme280.Config{Bus: s.open, Where: s.cable.name(), Address: airAddress, Every: 50 * time.Millisecond})
}

// airTruth is the worked example of the data sheet, which the model shows from the start.
func (s *site) airTruth() reading {
	k := bme280test.Example()
	return reading{
		"temperature": 25.08, "pressure": 100653.27,
		"humidity": k.Percent(bme280test.ExampleHumidity, bme280test.ExampleTemperature),
	}
}

// first is the first sample of a source; it then stops it.
func first(ctx context.Context, src hal.Source) (reading, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var got reading
	describer, ok := src.(hal.Describer)
	if !ok {
		return nil, fmt.Errorf("%s does not know its channels", src)
	}
	channels := describer.Channels()
	err := src.Run(ctx, func(b hal.Block) {
		if got == nil {
			got = reading{}
			for i, c := range channels {
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
