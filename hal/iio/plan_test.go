package iio_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/iio/iiotest"
)

func plan(t *testing.T, tree *iiotest.Tree, cfg iio.Config) ([]string, error) {
	t.Helper()
	settings, err := iio.Plan(scan(t, tree)["iio:device0"], cfg)
	var list []string
	for _, s := range settings {
		list = append(list, s.Attr+"="+s.Value)
	}
	return list, err
}

// TestPlan: a running buffer accepts no changes, so it goes off first and on last; the watermark must fit the length.
func TestPlan(t *testing.T) {
	tree := iiotest.New(t)
	tree.Add("iio:device0", iiotest.IMU())
	tree.Add("trigger0", map[string]string{"name": "timer"})
	got, err := plan(t, tree, iio.Config{Device: "lsm6dsox_accel", Rate: 26, Channels: []string{"ax", "accel_z"}, Trigger: "timer"})
	want := []string{
		"buffer/enable=0", "sampling_frequency=26", "current_timestamp_clock=boottime", "trigger/current_trigger=timer",
		"scan_elements/in_accel_x_en=1", "scan_elements/in_accel_y_en=0", "scan_elements/in_accel_z_en=1", "scan_elements/in_timestamp_en=1",
		"buffer/length=128", "buffer/watermark=1", "buffer/enable=1",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n%q, want\n%q", err, got, want)
	}
	for name, c := range map[string]iio.Config{
		"none of its rates": {Rate: 100}, "cannot gather": {Length: 4, Watermark: 5}, `no channel "gx"`: {Channels: []string{"gx"}},
	} {
		if got, err := plan(t, tree, c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, %v; want %q", got, err, name)
		}
	}
}

// TestPacedByATimer: a trigger with a clock of its own makes the rate; the chip converts at least as fast.
func TestPacedByATimer(t *testing.T) {
	for rate, chip := range map[hal.Hertz]string{20: "26", 26: "26", 26.01: "26", 27: "52", 2000: "833"} {
		tree := iiotest.New(t)
		tree.Add("iio:device0", iiotest.IMU())
		tree.Add("trigger0", map[string]string{"name": "timer", "sampling_frequency": "100.000"})
		tree.Set("iio:device0", "trigger/current_trigger", "")
		cfg := iio.Config{Device: "lsm6dsox_accel", Rate: rate, Trigger: "timer"}
		got, err := plan(t, tree, cfg)
		if err != nil || got[1] != "sampling_frequency="+chip {
			t.Errorf("at %g Hz: %v, %q, want a chip at %s", rate, err, got, chip)
		}
		if length := fmt.Sprintf("buffer/length=%d", max(128, int(2*rate))); !slices.Contains(got, length) {
			t.Errorf("at %g Hz: %q, want %s", rate, got, length)
		}
		d := scan(t, tree)["iio:device0"]
		timer, pace := iio.PlanTrigger(d, cfg)
		if want := []iio.Setting{{Attr: "sampling_frequency", Value: strconv.FormatFloat(float64(rate), 'f', -1, 64)}}; timer.Name != "timer" || !slices.Equal(pace, want) {
			t.Errorf("trigger %q: %v, want %v", timer.Name, pace, want)
		}
		if err := iio.Apply(d, cfg); err != nil || tree.Get("trigger0", "sampling_frequency") != pace[0].Value || tree.Get("iio:device0", "sampling_frequency") != chip {
			t.Errorf("applied: %v", err)
		}
	}
}

// TestTriggerThatIsNot: a trigger that nobody made, one that is not the device's, and one at another rate.
func TestTriggerThatIsNot(t *testing.T) {
	tree := iiotest.New(t)
	tree.Add("iio:device0", iiotest.IMU())
	tree.Set("iio:device0", "trigger/current_trigger", "timer")
	cfg := iio.Config{Device: "lsm6dsox_accel", Rate: 26, Trigger: "timer", Root: tree.Root, Source: "imu"}
	for _, step := range []struct {
		make func()
		want string
	}{
		{func() {}, "IIO trigger timer is absent; make it: sudo modprobe iio-trig-hrtimer && sudo mkdir /sys/kernel/config/iio/triggers/hrtimer/timer"},
		{
			func() { tree.Add("trigger0", map[string]string{"name": "timer", "sampling_frequency": "100.000"}) },
			`trigger timer with sampling_frequency of 26 (it is "100.000") is absent; run once: sudo dunlin sources setup imu`,
		},
		{
			func() {
				tree.Set("trigger0", "sampling_frequency", "26.000")
				tree.Set("iio:device0", "sampling_frequency", "26.000000")
				tree.Set("iio:device0", "trigger/current_trigger", "other")
			},
			`trigger/current_trigger of timer (it is "other")`,
		},
	} {
		step.make()
		var gone *hal.AbsentError
		err := iio.NewBuffered(cfg).Run(t.Context(), func(hal.Block) {})
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), step.want) {
			t.Errorf("%v, want %s", err, step.want)
		}
	}
}

// TestStandsAsPlanned: a device that the rule has set up is read.
func TestStandsAsPlanned(t *testing.T) {
	c := &steps{boot: 100e9}
	tree, node, src := imu(t, c)
	node.Push(frame(1, 2, 3, c.boot)...)
	first(t, src, 1)
	if got := tree.Get("iio:device0", "buffer/enable"); got != "1" {
		t.Errorf("a buffer that was on before is %q afterwards", got)
	}
}

// TestNeverWritesInSys: what does not stand as planned is told with what to do, and left as it is, also by a source that
// may write; Apply, which root's tools call, makes it stand.
func TestNeverWritesInSys(t *testing.T) {
	c := &steps{boot: 100e9}
	tree, node, src := imu(t, c)
	for attr, value := range map[string]string{"sampling_frequency": "52.000000", "buffer/enable": "0"} {
		tree.Set("iio:device0", attr, value)
	}
	var gone *hal.AbsentError
	err := src.Run(t.Context(), func(hal.Block) {})
	if !errors.As(err, &gone) || gone.Fix != "run once: sudo dunlin sources setup imu" || !strings.Contains(gone.What, `sampling_frequency of 104 (it is "52.000000")`) {
		t.Errorf("%v", err)
	}
	if rate, on := tree.Get("iio:device0", "sampling_frequency"), tree.Get("iio:device0", "buffer/enable"); rate != "52.000000" || on != "0" {
		t.Errorf("rate %q and enable %q were written", rate, on)
	}
	d := scan(t, tree)["iio:device0"]
	cfg := iio.Config{Device: "lsm6dsox_accel", Rate: 104}
	if err := iio.Apply(d, cfg); err != nil {
		t.Fatal(err)
	}
	node.Push(frame(1, 2, 3, c.boot)...)
	first(t, src, 1)
	tree.Forbid("iio:device0", "buffer/enable")
	if err := iio.Apply(d, cfg); err == nil || !strings.Contains(err.Error(), "set buffer/enable of lsm6dsox_accel to 0") {
		t.Errorf("forbidden: %v", err)
	}
}
