package main

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// The addresses of QEMU's user network: ours by its habit, and the host's.
const (
	ourAddress  = "10.0.2.15"
	ourMask     = "255.255.255.0"
	hostAddress = "10.0.2.2"
)

// connect gives the network cards their addresses.
func connect() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	for _, s := range []struct {
		card, what, address string
		request             uint
	}{
		{"lo", "address", "127.0.0.1", unix.SIOCSIFADDR},
		{"eth0", "address", ourAddress, unix.SIOCSIFADDR},
		{"eth0", "mask", ourMask, unix.SIOCSIFNETMASK},
	} {
		r, err := unix.NewIfreq(s.card)
		if err == nil {
			a := netip.MustParseAddr(s.address).As4()
			err = r.SetInet4Addr(a[:])
		}
		if err == nil {
			err = unix.IoctlIfreq(fd, s.request, r)
		}
		if err != nil {
			return fmt.Errorf("set %s of %s: %w", s.what, s.card, err)
		}
	}
	for _, card := range []string{"lo", "eth0"} {
		r, err := unix.NewIfreq(card)
		if err == nil {
			r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
			err = unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, r)
		}
		if err != nil {
			return fmt.Errorf("turn on %s: %w", card, err)
		}
	}
	return nil
}
