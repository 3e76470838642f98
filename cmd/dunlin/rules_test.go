package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/hal/iio/iiotest"
)

func TestRulesBelongToRoot(t *testing.T) {
	err := rootOnly(1000, "imu")
	if exitCode(err) != exitRefused || !strings.Contains(err.Error(), "sudo dunlin sources setup imu; --dry-run") {
		t.Errorf("as a user: %v, exit code %d", err, exitCode(err))
	}
	if err := rootOnly(0, "imu"); err != nil {
		t.Errorf("as root: %v", err)
	}
}

// TestSetupWithoutUdev: on a machine without udev, setup itself sets what the rule would.
func TestSetupWithoutUdev(t *testing.T) {
	tree, root := iiotest.New(t), t.TempDir()
	tree.Add("iio:device0", iiotest.IMU())
	tree.Set("iio:device0", "sampling_frequency", "52.000000")
	devices := filepath.Join(root, "sys/bus/iio/devices")
	if err := errors.Join(os.MkdirAll(filepath.Dir(devices), 0o755), os.Symlink(tree.Root, devices)); err != nil {
		t.Fatal(err)
	}
	h, _, sources := onI2C(t, "  imu: {driver: iio, device: lsm6dsox_accel, mode: buffer, rate: 104Hz}\n")
	h.root = root
	t.Setenv("PATH", t.TempDir())
	var said bytes.Buffer
	rule, err := h.rule(sources[0])
	if err == nil {
		err = newApp(nil, &said, &said).setUp(t.Context(), h, sources[0], rule, "# the rule\n")
	}
	if err != nil || tree.Get("iio:device0", "sampling_frequency") != "104" || !strings.Contains(said.String(), "no udevadm here") {
		t.Errorf("%v, rate %q:\n%s", err, tree.Get("iio:device0", "sampling_frequency"), said.String())
	}
	if _, err := os.Stat(filepath.Join(root, rulePath("imu"))); err != nil {
		t.Error(err)
	}
}
