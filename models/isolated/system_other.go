//go:build !linux

package isolated

import (
	"errors"
	"os"
	"sync/atomic"
	"time"
)

type waiter struct{}

func (waiter) sleep(*atomic.Uint32, uint32, time.Duration) {}
func wake(*atomic.Uint32)                                  {}

func newMemory(string) (*os.File, error)            { return nil, errors.ErrUnsupported }
func sealSize(*os.File) error                       { return errors.ErrUnsupported }
func sealAll(*os.File) error                        { return errors.ErrUnsupported }
func mapShared(*os.File, int, bool) ([]byte, error) { return nil, errors.ErrUnsupported }
func unmap([]byte) error                            { return nil }
func isPipe(int) bool                               { return false }
func inherited(uintptr, string) (*os.File, error)   { return nil, errors.ErrUnsupported }
