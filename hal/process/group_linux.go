package process

import (
	"syscall"
	"unsafe"
)

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Errors are of no use here: the group may have ended by itself.
func endGroup(pid int)  { _ = syscall.Kill(-pid, syscall.SIGTERM) }
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

const (
	pPID    = 1          // P_PID, include/uapi/linux/wait.h
	wExited = 0x00000004 // WEXITED
	wNoWait = 0x01000000 // WNOWAIT: leave the child unreaped
)

// waitExit returns when the process has exited, and leaves it unreaped: until then its number, which is also that of
// its group, cannot belong to anybody else.
func waitExit(pid int) {
	var info [128]byte // siginfo_t
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pPID, uintptr(pid), uintptr(unsafe.Pointer(&info[0])), wExited|wNoWait, 0, 0)
		if errno != syscall.EINTR {
			return
		}
	}
}
