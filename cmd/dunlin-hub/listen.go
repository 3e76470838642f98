package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
)

// checkLoopback refuses an address that others could reach: the development hub has no TLS and believes names.
func checkLoopback(flag, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return &usageError{fmt.Sprintf("--%s %q is not host:port: %v", flag, addr, err)}
	}
	if !loopback(host) {
		return &usageError{fmt.Sprintf("--%s %s can be reached from other machines: --dev has no TLS and no accounts, so it listens on loopback only", flag, addr)}
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// listen opens a TCP listener, with a sentence for the usual reason why it does not.
func listen(ctx context.Context, what, flag, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s: another program listens on %s already: stop it, or choose --%s 127.0.0.1:0 for any free port", what, addr, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return l, nil
}

// local answers only requests that were addressed to this machine by a name of its own: a page of another site must not
// reach the hub through a name that it lets point here (DNS rebinding).
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !loopback(host) {
			http.Error(w, "This hub answers to localhost only.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
