package audiotest

import "syscall"

const (
	errState     = syscall.EBADFD
	errSuspended = syscall.ESTRPIPE
)
