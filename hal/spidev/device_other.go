//go:build !linux

package spidev

import (
	"errors"
	"fmt"
)

// OpenDevice fails: only Linux has device files of SPI devices.
func OpenDevice(path string) (Device, error) {
	return nil, fmt.Errorf("open %s: SPI devices are Linux's: %w", path, errors.ErrUnsupported)
}

func bufsiz() int { return defaultMax }
