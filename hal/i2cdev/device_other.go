//go:build !linux

package i2cdev

import (
	"errors"
	"fmt"
)

// OpenDevice fails: only Linux has device files of I2C buses.
func OpenDevice(path string) (Device, error) {
	return nil, fmt.Errorf("open %s: I2C buses are Linux's: %w", path, errors.ErrUnsupported)
}
