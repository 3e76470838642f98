package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/udev"
)

// The timer that paces both devices, its rate, and at how many samples the kernel wakes the reader.
const (
	timerName   = "pace"
	timerRate   = 16
	room        = 8 // samples of a short queue
	wakeAt      = 5
	wristDevice = "lsm6dsox_accel"
	airDevice   = "lps25h"
	timers      = "/sys/kernel/config/iio/triggers/hrtimer"
	bufConfig   = `device: {id: guest}
sources:
  wrist: {driver: iio, device: lsm6dsox_accel, mode: buffer, rate: 16Hz, watermark: 5, trigger: pace}
pipelines: {}
`
)

// studio is a site whose motion sensor and barometer belong to the kernel's drivers and are captured.
type studio struct {
	*site
	side   atomic.Uint64 // what the motion sensor's y axis feels, as float64 bits
	daemon *udevd        // with the rule of the source wrist
	eyes   *recorder
	facts  map[string]any
}

// sway is what the motion sensor's x axis feels: changing, so that each sample says when it was taken.
func sway(t time.Duration) float64 { return 5 * math.Sin(2*math.Pi*t.Seconds()/8) }

func newStudio() *studio {
	st := &studio{facts: map[string]any{}}
	st.side.Store(math.Float64bits(ay))
	st.site = newMovingSite(func(t time.Duration) (accel, gyro [3]float64) {
		return [3]float64{sway(t), math.Float64frombits(st.side.Load()), az}, gyro
	})
	st.bus.Plug(baroAddress, newBarometer())
	return st
}

// bind has the kernel's driver take a chip.
func (st *studio) bind(ctx context.Context, name, device string, address uint16) error {
	if err := st.cable.declare(name, address); err != nil {
		return err
	}
	_, err := st.bound(ctx, chip{name: name, address: address}, view{device: device})
	return err
}

func (st *studio) bindWrist(ctx context.Context) error {
	return st.bind(ctx, "lsm6dsox", wristDevice, motionAddress)
}

func (st *studio) bindAir(ctx context.Context) error {
	return st.bind(ctx, "lps25h", airDevice, baroAddress)
}

// prepare makes the timer and sets both sources up, one of them with the agent's own command, which sets the attributes
// too where it finds no udev.
func (st *studio) prepare(ctx context.Context) error {
	err := errors.Join(os.Mkdir(filepath.Join(timers, timerName), 0o755), setUp(ctx, bufConfig, "wrist"))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(rulesFolder + "70-dunlin-wrist.rules")
	if err != nil {
		return err
	}
	if st.daemon, err = newUdevd(string(text), map[string]int{udev.Group: agentGroup}); err != nil {
		return err
	}
	return errors.Join(st.daemon.complete("change", wristDevice), st.rule(air))
}

// What is captured.
var (
	wrist = buffer{Source: "wrist", Device: wristDevice, Watermark: wakeAt}
	air   = buffer{Source: "air", Device: airDevice, Watermark: wakeAt}
	short = buffer{Source: "wrist", Device: wristDevice, Watermark: 4, Length: room}
)

// rule makes the rule that `dunlin sources setup` would, and carries it out.
func (st *studio) rule(b buffer) error {
	cfg := b.config()
	devices, err := iio.Scan("")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(devices, func(d iio.Device) bool { return d.Name == cfg.Device })
	if i < 0 {
		return fmt.Errorf("no IIO device %s", cfg.Device)
	}
	plan, err := iio.Plan(devices[i], cfg)
	if err != nil {
		return err
	}
	var settings []udev.Assign
	for _, s := range plan {
		settings = append(settings, udev.Assign(s))
	}
	text, err := udev.Render(udev.ForIIO(cfg.Source, cfg.Device, "", settings).Paced(cfg.Trigger, nil))
	if err != nil {
		return err
	}
	u, err := newUdevd(text, st.daemon.ids)
	if err != nil {
		return err
	}
	return u.complete("change", cfg.Device)
}

// find is the folder of the IIO device of a name.
func find(name string) string {
	names, _ := filepath.Glob(iioDevices + "/iio:device*/name")
	for _, n := range names {
		if text, err := os.ReadFile(n); err == nil && strings.TrimSpace(string(text)) == name {
			return filepath.Dir(n)
		}
	}
	return ""
}
