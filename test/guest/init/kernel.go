package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal/iio"
)

// told is what the kernel says of one chip, read as text by this program and through hal/iio.
type told struct {
	Sysfs reading `json:"sysfs"`
	IIO   reading `json:"iio"`
}

// kernelDrivers lets the kernel's own drivers take the chips and compares with the models: what stands in /sys, and what
// hal/iio makes of it.
func kernelDrivers(ctx context.Context, _ *host, _ []string) (any, error) {
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	facts := map[string]told{}
	var errs []error
	for _, c := range s.chips() {
		t, err := s.takenByKernel(ctx, c)
		if err == nil {
			err = errors.Join(s.refused(c), t.Sysfs.near(c.truth, c.within), t.IIO.near(c.truth, c.within))
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.name, err))
		}
		facts[c.name] = t
	}
	return facts, errors.Join(append(errs, s.unplug())...)
}

func (s *site) takenByKernel(ctx context.Context, c chip) (told, error) {
	t := told{reading{}, reading{}}
	if err := s.cable.declare(c.name, c.address); err != nil {
		return t, err
	}
	for _, v := range c.kernel {
		dir, err := s.bound(ctx, c, v)
		if err != nil {
			return t, err
		}
		r, err := attributes(ctx, dir, v.files)
		if err != nil {
			return t, err
		}
		maps.Copy(t.Sysfs, r)
		src, renamed := s.polled(c, v)
		if r, err = first(ctx, src); err != nil {
			return t, err
		}
		for name, value := range r {
			if other, ok := renamed[name]; ok {
				name = other
			}
			t.IIO[name] = value
		}
	}
	return t, nil
}

// refused: two programs that talk to one chip take each other's answers, and the kernel would let them.
func (s *site) refused(c chip) error {
	bus, err := s.board.I2C(adapterName, c.address)
	if err == nil {
		_ = bus.Close()
	}
	if !errors.Is(err, syscall.EBUSY) {
		return fmt.Errorf("the kernel owns 0x%02x, and hal/board says %q", c.address, fmt.Sprint(err))
	}
	return nil
}

// patient is how long the kernel's driver may take to find its chip; its probe asks once, and on a busy host the bridge
// may not be heard in time.
const patient = 3 * time.Second

// bound waits for a device of the kernel's driver; hal/iio has to find it too.
func (s *site) bound(ctx context.Context, c chip, v view) (dir string, err error) {
	for {
		waiting, cancel := context.WithTimeout(ctx, patient)
		err = until(waiting, "the kernel's "+v.device, func() bool {
			names, _ := filepath.Glob(s.cable.device(c.address) + "/iio:device*/name")
			for _, n := range names {
				if text, err := os.ReadFile(n); err == nil && strings.TrimSpace(string(text)) == v.device {
					dir = filepath.Dir(n)
				}
			}
			return dir != ""
		})
		cancel()
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return "", err
		}
		if err := errors.Join(s.cable.forget(c.address), s.cable.declare(c.name, c.address)); err != nil {
			return "", err
		}
	}
	devices, err := iio.Scan("")
	if err != nil {
		return "", err
	}
	for _, d := range devices {
		if d.Name == v.device && d.Parent == filepath.Base(s.cable.device(c.address)) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("hal/iio does not list %s", v.device)
}

// scaled is an attribute, one with the factor for it, and what makes our unit of the product.
type scaled struct {
	file, scale string
	unit        float64
}

func attributes(ctx context.Context, dir string, files map[string]scaled) (reading, error) {
	r := reading{}
	for name, a := range files {
		v, err := number(ctx, filepath.Join(dir, a.file))
		if err != nil {
			return nil, fmt.Errorf("ask the kernel for %s: %w", name, err)
		}
		factor := 1.0
		if a.scale != "" {
			if factor, err = number(ctx, filepath.Join(dir, a.scale)); err != nil {
				return nil, fmt.Errorf("ask the kernel for %s: %w", name, err)
			}
		}
		r[name] = v * factor * a.unit
	}
	return r, nil
}

// number reads an attribute. A driver that was just bound may ask before its chip's first conversion is over, and then
// says EIO; on a busy host the bridge may answer after the driver's patience, ETIMEDOUT.
func number(ctx context.Context, file string) (float64, error) {
	var text []byte
	var bad error
	err := until(ctx, "the first conversion", func() bool {
		text, bad = os.ReadFile(file)
		return !errors.Is(bad, syscall.EIO) && !errors.Is(bad, syscall.ETIMEDOUT)
	})
	if err := errors.Join(err, bad); err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
}
