package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/test/guest/bridge"
)

// Addresses of the two chips, and what the motion sensor feels, in m/s2 and rad/s.
const (
	airAddress    = 0x76
	motionAddress = 0x6a
)

func resting(time.Duration) (accel, gyro [3]float64) {
	return [3]float64{0.5, -1.25, 9.6}, [3]float64{0.1, -0.2, 0.3}
}

// plug connects a fake CP2112 with a BME280 and an LSM6DSOX, and gives the motion sensor to the kernel's own driver.
func plug(ctx context.Context) error {
	chips := chiptest.New(map[uint16]chiptest.Model{
		airAddress: bme280test.New(), motionAddress: lsm6dstest.New(lsm6dstest.Config{Signal: resting}),
	})
	ctx, pull := context.WithCancel(ctx)
	defer pull()
	ended := make(chan error, 1)
	go func() { ended <- bridge.New("fake CP2112", chips).Run(ctx) }()
	err := declare(ctx)
	if err == nil {
		err = ready()
	}
	if err != nil {
		pull()
	}
	return errors.Join(err, <-ended)
}

// declare waits for the kernel's adapter and tells the kernel of the motion sensor, as a device tree would, until its
// driver has taken the chip: on a busy host an answer of the bridge may come later than the driver waits.
func declare(ctx context.Context) error {
	number := -1
	for number < 0 || !answers(number) {
		if !clock.Wait(ctx, 20*time.Millisecond) {
			return fmt.Errorf("wait for an adapter of the bridge: %w", context.Cause(ctx))
		}
		number = adapter()
	}
	if out, err := exec.CommandContext(ctx, "modprobe", "st_lsm6dsx_i2c").CombinedOutput(); err != nil {
		return fmt.Errorf("load the driver of the motion sensor: %w: %s", err, out)
	}
	folder := fmt.Sprintf("/sys/bus/i2c/devices/i2c-%d", number)
	device := fmt.Sprintf("/sys/bus/i2c/devices/%d-%04x/driver", number, motionAddress)
	for ctx.Err() == nil {
		if err := os.WriteFile(folder+"/new_device", fmt.Appendf(nil, "lsm6dsox 0x%02x", motionAddress), 0o200); err != nil {
			return fmt.Errorf("declare the motion sensor: %w", err)
		}
		if _, err := os.Stat(device); err == nil {
			return nil
		}
		if err := os.WriteFile(folder+"/delete_device", fmt.Appendf(nil, "0x%02x", motionAddress), 0o200); err != nil {
			return fmt.Errorf("take back the motion sensor: %w", err)
		}
	}
	return context.Cause(ctx)
}

// adapter is the number of the bridge's I2C adapter, or -1.
func adapter() int {
	names, _ := filepath.Glob("/sys/bus/i2c/devices/i2c-*/name")
	for _, n := range names {
		var number int
		if text, err := os.ReadFile(n); err == nil && strings.Contains(string(text), "CP2112") {
			if _, err := fmt.Sscanf(filepath.Base(filepath.Dir(n)), "i2c-%d", &number); err == nil {
				return number
			}
		}
	}
	return -1
}

// answers reports whether the bus works yet: the kernel's driver sets the bridge up for a while.
func answers(number int) bool {
	bus, err := i2cdev.Open(i2cdev.Config{Path: fmt.Sprintf("/dev/i2c-%d", number)})
	if err != nil {
		return false
	}
	defer bus.Close()
	return bus.Tx(airAddress, []byte{0xd0}, make([]byte, 1)) == nil // its identification
}
