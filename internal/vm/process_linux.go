package vm

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"syscall"
)

// diesWithUs has the kernel kill the machine when this program is killed.
func diesWithUs(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// socketPair is both ends of a socket: nothing on disk that a killed test could leave.
func socketPair() (ours net.Conn, theirs *os.File, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	mine := os.NewFile(uintptr(fds[0]), "qmp")
	defer mine.Close() // FileConn makes its own
	theirs = os.NewFile(uintptr(fds[1]), "qmp of the machine")
	if ours, err = net.FileConn(mine); err != nil {
		return nil, nil, errors.Join(err, theirs.Close())
	}
	return ours, theirs, nil
}
