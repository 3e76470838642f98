package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/hal"
)

// captureBuffers takes samples through /dev/iio:deviceN, as a user who may read the node and nothing else, of two of the
// kernel's drivers that its timer paces. Rules are those of `dunlin sources setup` and hal/udev; see udevd for who
// carries them out.
func captureBuffers(ctx context.Context, _ *host, _ []string) (any, error) {
	if err := loadGroup("capture", nil); err != nil {
		return nil, err
	}
	if err := unix.Mount("configfs", "/sys/kernel/config", "configfs", 0, ""); err != nil && !errors.Is(err, unix.EBUSY) {
		return nil, fmt.Errorf("mount configfs: %w", err)
	}
	st := newStudio()
	if err := st.plug(ctx); err != nil {
		return nil, err
	}
	var err error
	if st.eyes, err = newRecorder(); err != nil {
		return nil, errors.Join(err, st.unplug())
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{{"wrist", st.bindWrist}, {"air", st.bindAir}, {"setup", st.prepare}, {"wrist", st.wrist}, {"air", st.barometer}, {"slow", st.slow}, {"pulled", st.pulled}} {
		if err = step.do(ctx); err != nil {
			err = fmt.Errorf("%s: %w", step.name, err)
			break
		}
	}
	return st.facts, errors.Join(err, st.eyes.close(), st.unplug(), os.Remove(filepath.Join(timers, timerName)))
}

// wrist compares three seconds of a swaying sensor with what it felt when the kernel stamped it.
func (st *studio) wrist(ctx context.Context) error {
	if stamps, err := os.ReadFile(find(wristDevice) + "/current_timestamp_clock"); err != nil || strings.TrimSpace(string(stamps)) != "boottime" {
		return fmt.Errorf("stamps are in the clock %q: %w", stamps, err)
	}
	f, err := st.eyes.film(order{Buffer: wrist, Samples: 3 * timerRate})
	st.facts["wrist"] = f.facts()
	if err != nil {
		return err
	}
	if h := f.end.Health; math.Abs(float64(h.Rate)/timerRate-1) > 0.002 || h.Gaps > 0 || h.State != hal.Running {
		return fmt.Errorf("health %+v, want %d samples a second and no gap", *h, timerRate)
	}
	x, y, z := f.column("ax"), f.column("ay"), f.column("az")
	for i, at := range f.times {
		low, high := swayed(at)
		const step = 0.0007 // at 2 g: 0.061 mg
		if x[i] < low-step || x[i] > high+step || math.Abs(y[i]-ay) > step || math.Abs(z[i]-az) > step {
			return fmt.Errorf("sample %d is %g, %g, %g; it felt %g to %g, %g, %g", i, x[i], y[i], z[i], low, high, ay, az)
		}
	}
	return nil
}

// swayed is what the sensor may have felt for a sample with a stamp: the chip converts 26 times a second, and the driver
// stamps when it has read.
func swayed(at time.Duration) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for back := -time.Millisecond; back <= 60*time.Millisecond; back += time.Millisecond {
		v := sway(at - back)
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// barometer has an offset, and 24 bits of which the kernel reads 32.
func (st *studio) barometer(ctx context.Context) error {
	f, err := st.eyes.film(order{Buffer: air, Samples: timerRate})
	st.facts["air"] = f.facts()
	if err != nil {
		return err
	}
	pressure, temperature := f.column("pressure"), f.column("temperature")
	for i := range f.times {
		// the driver has the scale in whole nanos: 0.000024414 kPa, 3 millionths too little
		if math.Abs(pressure[i]-baroPa) > 0.5 || math.Abs(temperature[i]-baroCel) > 0.0011 {
			return fmt.Errorf("sample %d is %g Pa and %g Cel, the chip has %g and %g", i, pressure[i], temperature[i], baroPa, baroCel)
		}
	}
	return nil
}

// slow holds the reader up for the time of 32 samples, with room for 8 and one that is under way.
func (st *studio) slow(context.Context) error {
	const hold = 2 * time.Second
	if err := st.rule(short); err != nil {
		return err
	}
	f, err := st.eyes.film(order{Buffer: short, Samples: 36, Hold: hold})
	st.facts["slow"] = f.facts()
	if err != nil {
		return err
	}
	least := uint64(hold.Seconds()*timerRate) - room - 1
	if h := f.end.Health; h.Dropped < least || h.Gaps != 1 {
		return fmt.Errorf("held up for %s with room for %d: %d samples are counted in %d gaps, want at least %d in one", hold, room, h.Dropped, h.Gaps, least)
	}
	return nil
}

// pulled pulls the cable, takes the timer away too, and brings both back in the order of a machine that starts: the device
// first, with a trigger that does not exist yet.
func (st *studio) pulled(ctx context.Context) error {
	const otherSide = 2.5
	if err := st.daemon.complete("change", wristDevice); err != nil {
		return err
	}
	pulled := make(chan error, 1)
	gone, err := st.eyes.life(order{Buffer: wrist}, func(blocks int) {
		if blocks == 2 {
			st.side.Store(math.Float64bits(otherSide))
			go func() { pulled <- st.unplug() }()
		}
	})
	if err != nil {
		return err
	}
	if err := errors.Join(<-pulled, os.Remove(filepath.Join(timers, timerName))); err != nil {
		return err
	}
	without, err := st.eyes.life(order{Buffer: wrist}, nil)
	if err != nil {
		return err
	}
	untimed, again, err := st.comeback(ctx)
	if err != nil {
		return err
	}
	st.facts["pulled"] = []string{gone.end.State + ": " + gone.end.Error, without.end.Error, untimed.end.Error, fmt.Sprint(again.facts())}
	switch {
	case gone.end.State != "failed" && gone.end.State != "absent" || len(gone.blocks) < 2:
		return fmt.Errorf("the source did not say that its cable was pulled: %+v", gone.end)
	case without.end.State != "absent" || without.end.Fix == "" || len(without.blocks) > 0:
		return fmt.Errorf("without a device the source is not absent with a fix: %+v", without.end)
	case untimed.end.State != "absent" || !strings.Contains(untimed.end.Fix, "iio-trig-hrtimer"):
		return fmt.Errorf("without a timer the source is not absent with a fix: %+v", untimed.end)
	}
	for i, y := range again.column("ay") {
		if math.Abs(y-otherSide) > 0.0007 {
			return fmt.Errorf("sample %d after the cable came back is %g, the sensor feels %g", i, y, otherSide)
		}
	}
	return nil
}

// comeback plugs the cable in, and then makes the timer.
func (st *studio) comeback(ctx context.Context) (untimed, again film, err error) {
	if err := errors.Join(st.plug(ctx), st.bindWrist(ctx), st.daemon.all("add", wristDevice)); err != nil {
		return untimed, again, err
	}
	if untimed, err = st.eyes.life(order{Buffer: wrist}, nil); err != nil {
		return untimed, again, err
	}
	if err := errors.Join(os.Mkdir(filepath.Join(timers, timerName), 0o755), st.daemon.complete("add", timerName)); err != nil {
		return untimed, again, err
	}
	again, err = st.eyes.film(order{Buffer: wrist, Samples: 2 * wakeAt})
	return untimed, again, err
}
