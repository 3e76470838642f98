//go:build !linux

package audio

import "syscall"

const errSuspended = syscall.ENOTSUP
