package isolated

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// FUTEX_WAIT and FUTEX_WAKE, include/uapi/linux/futex.h, without the private flag: two processes share the word.
const (
	futexWait = 0
	futexWake = 1
)

// waiter sleeps on a word of shared memory. The timeout lives here so that a call allocates nothing.
type waiter struct{ timeout unix.Timespec }

// sleep returns when the word was rung, is not old any more, the time is up (0 is for ever), or a signal came: the
// caller looks again.
func (w *waiter) sleep(word *atomic.Uint32, old uint32, timeout time.Duration) {
	var at unsafe.Pointer
	if timeout > 0 {
		w.timeout = unix.NsecToTimespec(int64(timeout))
		at = unsafe.Pointer(&w.timeout)
	}
	_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWait, uintptr(old), uintptr(at), 0, 0)
}

func wake(word *atomic.Uint32) {
	_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWake, 1, 0, 0, 0)
}

// newMemory makes a file that lives in memory and can be sealed.
func newMemory(name string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("make shared memory: %w", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// sealSize forbids to change the file's size: a page that a damaged child cut off would kill the parent.
func sealSize(f *os.File) error { return seal(f, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL) }

// sealAll forbids to change the file at all.
func sealAll(f *os.File) error {
	return seal(f, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE|unix.F_SEAL_SEAL)
}

func seal(f *os.File, seals int) error {
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return fmt.Errorf("seal shared memory: %w", err)
	}
	return nil
}

func mapShared(f *os.File, size int, writable bool) ([]byte, error) {
	prot := unix.PROT_READ
	if writable {
		prot |= unix.PROT_WRITE
	}
	b, err := unix.Mmap(int(f.Fd()), 0, size, prot, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map shared memory: %w", err)
	}
	return b, nil
}

func unmap(b []byte) error { return unix.Munmap(b) }
