package iio_test

import (
	"errors"
	"slices"
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
	settings, err := iio.Plan(d, iio.Config{Device: "lsm6dsox_accel", Rate: 104})
	if err := errors.Join(err, iio.Apply(d, settings)); err != nil {
		t.Fatal(err)
	}
	node.Push(frame(1, 2, 3, c.boot)...)
	first(t, src, 1)
	tree.Forbid("iio:device0", "buffer/enable")
	if err := iio.Apply(d, settings); err == nil || !strings.Contains(err.Error(), "set buffer/enable of lsm6dsox_accel to 0") {
		t.Errorf("forbidden: %v", err)
	}
}
