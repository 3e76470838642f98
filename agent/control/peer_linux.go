package control

import (
	"fmt"
	"net"
	"syscall"
	"unsafe"
)

// soPeerGroups is SO_PEERGROUPS of include/uapi/asm-generic/socket.h, Linux 4.13 and later.
const soPeerGroups = 59

// maxGroups bounds the buffer for SO_PEERGROUPS; the kernel allows a process 65,536 groups.
const maxGroups = 65536

// peerOf asks the kernel who opened the other end of conn. The answer dates from the moment of connect.
func peerOf(conn *net.UnixConn) (Peer, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return Peer{}, fmt.Errorf("read peer of connection: %w", err)
	}
	var p Peer
	var inner error
	if err := raw.Control(func(fd uintptr) { p, inner = peerOfFD(int(fd)) }); err != nil {
		inner = err
	}
	if inner != nil {
		return Peer{}, fmt.Errorf("read peer of connection: %w", inner)
	}
	return p, nil
}

func peerOfFD(fd int) (Peer, error) {
	cred, err := syscall.GetsockoptUcred(fd, syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	if err != nil {
		return Peer{}, fmt.Errorf("SO_PEERCRED: %w", err)
	}
	groups, err := peerGroups(fd)
	if err != nil {
		return Peer{}, fmt.Errorf("SO_PEERGROUPS: %w", err)
	}
	return Peer{PID: int(cred.Pid), UID: cred.Uid, GID: cred.Gid, Groups: groups}, nil
}

// peerGroups grows its buffer to the length that the kernel asks for with ERANGE.
func peerGroups(fd int) ([]uint32, error) {
	for n := 64; n <= maxGroups; {
		buf := make([]uint32, n)
		size := uint32(n * 4)
		_, _, errno := syscall.Syscall6(syscall.SYS_GETSOCKOPT, uintptr(fd), syscall.SOL_SOCKET, soPeerGroups,
			uintptr(unsafe.Pointer(&buf[0])), uintptr(unsafe.Pointer(&size)), 0)
		switch errno {
		case 0:
			return buf[:size/4], nil
		case syscall.ERANGE:
			n = max(int(size/4), n+1)
		default:
			return nil, errno
		}
	}
	return nil, syscall.ERANGE
}
