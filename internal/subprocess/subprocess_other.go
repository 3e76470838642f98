//go:build !linux

package subprocess

import (
	"errors"
	"syscall"
)

// Settle needs Linux.
func Settle(int64) error { return errors.ErrUnsupported }

// DieAsTold does nothing here.
func DieAsTold() {}

// Attributes are none here.
func Attributes() *syscall.SysProcAttr { return nil }

// KillGroup does nothing here.
func KillGroup(int) {}

// KeepFiles does nothing here.
func KeepFiles() {}
