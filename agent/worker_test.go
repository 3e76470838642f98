package agent_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
)

// reset is the error of a connection that was lost, as package net words it.
func reset(from, to string, why error) error {
	addr := func(s string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }
	return &net.OpError{Op: "read", Net: "tcp", Source: addr(from), Addr: addr(to), Err: why}
}

// TestWarnsOnEdges: a failure that repeats is told once; the port that the kernel gave our end does not make it another
// failure, and everything else does.
func TestWarnsOnEdges(t *testing.T) {
	const v4, v6 = "10.0.0.2:8883", "[fd00::2]:8883"
	for name, c := range map[string]struct {
		errs []error
		want int
	}{
		"the same":         {[]error{errors.New("bus gone"), errors.New("bus gone"), errors.New("bus gone")}, 1},
		"another reason":   {[]error{errors.New("bus gone"), errors.New("bus on fire"), errors.New("bus on fire")}, 2},
		"another own port": {[]error{reset("10.0.0.1:43211", v4, syscall.ECONNRESET), reset("10.0.0.1:43212", v4, syscall.ECONNRESET), reset("10.0.0.1:60001", v4, syscall.ECONNRESET)}, 1},
		"of IPv6":          {[]error{reset("[fd00::1]:43211", v6, syscall.ECONNRESET), reset("[fd00::1]:9", v6, syscall.ECONNRESET)}, 1},
		"another cause":    {[]error{reset("10.0.0.1:43211", v4, syscall.ECONNRESET), reset("10.0.0.1:43212", v4, syscall.ETIMEDOUT)}, 2},
		"another address":  {[]error{reset("10.0.0.1:43211", v4, syscall.ECONNRESET), reset("10.0.0.9:43212", v4, syscall.ECONNRESET)}, 2},
		"another peer":     {[]error{reset("10.0.0.1:43211", v4, syscall.ECONNRESET), reset("10.0.0.1:43212", "10.0.0.3:8883", syscall.ECONNRESET)}, 2},
		"their other port": {[]error{reset("10.0.0.1:43211", v4, syscall.ECONNRESET), reset("10.0.0.1:43212", "10.0.0.2:1883", syscall.ECONNRESET)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				cfg := config()
				cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
				tk := newTask("uplink", func(ctx context.Context, n int) error {
					if n > len(c.errs) {
						<-ctx.Done()
						return nil
					}
					return c.errs[n-1]
				})
				s := agent.NewSupervisor(cfg, one(tk))
				stop := start(t, s)
				time.Sleep(time.Minute)
				if got := s.Tasks()[0]; got.Reason != c.errs[len(c.errs)-1].Error() {
					t.Errorf("the status says %q", got.Reason)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
				if n := strings.Count(log.String(), "level=WARN"); n != c.want {
					t.Errorf("%d warnings, want %d:\n%s", n, c.want, log.String())
				}
			})
		})
	}
}
