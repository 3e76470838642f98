package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	headers = 20 + 20 + 12   // IPv4, TCP, and the time stamp option that Linux sends on every segment
	mss     = 1500 - 20 - 20 // Ethernet's: loopback's own would hide segments
)

// line is the device's connection.
type line struct{ conn *net.TCPConn }

func (l *line) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) (err error) {
		if ctl := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, mss) }); ctl != nil {
			return ctl
		}
		return err
	}}
	c, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	l.conn = c.(*net.TCPConn)
	return c, nil
}

// segments that the connection sent and received, bare acknowledgements and the handshake included, as the kernel
// counted them.
func (l *line) segments() (uint64, error) {
	raw, err := l.conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var info *unix.TCPInfo
	ctl := raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) })
	if ctl != nil || err != nil {
		return 0, fmt.Errorf("read TCP_INFO: %w", errors.Join(ctl, err))
	}
	return uint64(info.Segs_out) + uint64(info.Segs_in), nil
}
