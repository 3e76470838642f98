package ds18b20

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
)

// family is the first byte of a DS18B20's identity.
const family = "28-"

// List are the identities of the thermometers that the kernel has found, in order. Root is that of sysfs, empty for
// /sys. A system without 1-Wire is an *hal.AbsentError.
func List(root string) ([]string, error) {
	if root == "" {
		root = "/sys"
	}
	dir := filepath.Join(root, "bus/w1/devices")
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list thermometers: %w", err)
	}
	var found []string
	masters := 0
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), family):
			found = append(found, e.Name())
		case strings.HasPrefix(e.Name(), "w1_bus_master"):
			masters++
		}
	}
	if masters == 0 && len(found) == 0 {
		return nil, &hal.AbsentError{
			What: "1-Wire", Err: err,
			Fix: "add the line dtoverlay=w1-gpio to /boot/firmware/config.txt (data on GPIO 4) and reboot; on other boards load the driver of the 1-Wire master",
		}
	}
	return found, nil
}

// kernelChip is a thermometer that the kernel reads. Reading its file makes a conversion, which takes up to 750 ms.
type kernelChip struct {
	dir     string
	history history
}

func openKernel(root, id string) (*kernelChip, error) {
	found, err := List(root)
	if err != nil {
		return nil, err
	}
	id, err = choose("w1", id, found)
	if err != nil {
		return nil, err
	}
	return &kernelChip{dir: filepath.Join(root, "bus/w1/devices", id)}, nil
}

// Read prefers the file that shows the whole scratchpad.
func (c *kernelChip) Read(_ context.Context, dst []float32) error {
	celsius, err := c.slave()
	if errors.Is(err, fs.ErrNotExist) {
		celsius, err = c.millidegrees()
	}
	dst[0] = float32(celsius)
	return err
}

func (c *kernelChip) slave() (float64, error) {
	text, err := os.ReadFile(filepath.Join(c.dir, "w1_slave"))
	if err != nil {
		return 0, err
	}
	s, err := parse(string(text))
	if err != nil {
		return 0, err
	}
	return c.history.temperature(&s)
}

func (c *kernelChip) millidegrees() (float64, error) {
	text, err := os.ReadFile(filepath.Join(c.dir, "temperature"))
	if err != nil {
		return 0, err
	}
	if len(text) == 0 {
		return 0, errNothing
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is not a temperature: %w", text, err)
	}
	return c.history.accept(float64(n)/1000, true)
}

// Close has nothing to let go of.
func (c *kernelChip) Close() error { return nil }
