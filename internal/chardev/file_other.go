//go:build !linux

package chardev

import (
	"errors"
	"time"
)

// File stands for a device of Linux, which is not here.
type File struct{}

// Open fails: there are no such devices here.
func Open(string) (*File, error) { return nil, errors.ErrUnsupported }

// Ioctl fails.
func (*File) Ioctl(uint32, []byte) error { return errors.ErrUnsupported }

// Read fails.
func (*File) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Wait fails.
func (*File) Wait(time.Duration) (bool, error) { return false, errors.ErrUnsupported }

// Map fails.
func (*File) Map(int64, int) ([]byte, error) { return nil, errors.ErrUnsupported }

// Close has nothing to close.
func (*File) Close() error { return nil }

var started = time.Now()

// Monotonic is the time since the process started.
func Monotonic() time.Duration { return time.Since(started) }
