//go:build !linux

package audiotest

import "syscall"

const (
	errState     = syscall.EBADF
	errSuspended = syscall.ENOTSUP
)
