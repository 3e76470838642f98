package subprocess

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Settle makes this process a good child: no core file, first to go when memory runs out, no more memory than allowed.
func Settle(memory int64) error {
	// A service manager may forbid the call. A core file is then a nuisance, no more.
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	// A container may not have the file or let us write it. Without it the kernel chooses by size alone.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	if memory <= 0 {
		return nil
	}
	now, err := dataBytes()
	if err != nil {
		return err
	}
	limit := uint64(now) + uint64(memory)
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	return nil
}

// dataBytes is what counts against RLIMIT_DATA now: heap, private writable mappings, stacks of threads.
func dataBytes() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("read own memory: %w", err)
	}
	_, rest, ok := bytes.Cut(text, []byte("VmData:"))
	var kB int64
	if _, err := fmt.Sscan(string(rest), &kB); !ok || err != nil {
		return 0, fmt.Errorf("read own memory: no VmData in /proc/self/status: %w", err)
	}
	return kB << 10, nil
}

// deadly are the signals of code that went wrong.
var deadly = []unix.Signal{unix.SIGILL, unix.SIGABRT, unix.SIGBUS, unix.SIGFPE, unix.SIGSEGV}

// DieAsTold lets the signals of a crash end the process as they say, so that the parent learns which it was: Go's own
// handlers turn all of them into exit code 2.
func DieAsTold() {
	var standard [32]byte // struct sigaction of the kernel, all zero: SIG_DFL; 20 bytes on arm, 32 on 64-bit machines
	for _, s := range deadly {
		// Cannot fail for these signals and this size.
		_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&standard)), 0, 8, 0, 0)
	}
}

// Attributes start a child in a process group of its own that the kernel kills with us.
func Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// KillGroup kills a child and what it started. The error is of no use: the group may have ended by itself.
func KillGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }

// KeepFiles marks descriptors that this process inherited, which alone can be without the mark: no child gets them.
// Kernels before 5.11 cannot do it at once; there a child has what the parent was given.
func KeepFiles() { _ = unix.CloseRange(3, ^uint(0)>>1, unix.CLOSE_RANGE_CLOEXEC) }
