package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// kernelDrivers lets the kernel's own drivers take the chips and compares what they say with the models.
func kernelDrivers(ctx context.Context, _ *host, _ []string) (any, error) {
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	facts := map[string]reading{}
	air, err := s.kernelAir(ctx)
	facts["bme280"] = air
	err = errors.Join(err, air.near(s.airTruth(), map[string]float64{"temperature": 0.011, "pressure": 1, "humidity": 0.05}))
	return facts, errors.Join(err, s.unplug())
}

// kernelAir is what the driver bmp280 says, in our units: IIO has milli degrees, kilopascals and milli per cent.
func (s *site) kernelAir(ctx context.Context) (reading, error) {
	dir, err := s.bind(ctx, "bme280", airAddress)
	if err != nil {
		return nil, err
	}
	return attributes(dir, map[string]scaled{
		"temperature": {"in_temp_input", 1e-3}, "pressure": {"in_pressure_input", 1e3}, "humidity": {"in_humidityrelative_input", 1e-3},
	})
}

// bind declares a chip and waits for the IIO device of the kernel's driver.
func (s *site) bind(ctx context.Context, chip string, address uint16) (dir string, err error) {
	if err := s.cable.declare(chip, address); err != nil {
		return "", err
	}
	err = until(ctx, "the kernel's driver of "+chip, func() bool {
		found, _ := filepath.Glob(s.cable.device(address) + "/iio:device*")
		if len(found) > 0 {
			dir = found[0]
		}
		return dir != ""
	})
	return dir, err
}

// scaled is an attribute and what makes our unit of it.
type scaled struct {
	file   string
	factor float64
}

func attributes(dir string, files map[string]scaled) (reading, error) {
	r := reading{}
	for name, a := range files {
		text, err := os.ReadFile(filepath.Join(dir, a.file))
		if err != nil {
			return nil, fmt.Errorf("ask the kernel for %s: %w", name, err)
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
		if err != nil {
			return nil, fmt.Errorf("ask the kernel for %s: %w", name, err)
		}
		r[name] = v * a.factor
	}
	return r, nil
}
