package uplink

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// sendBuffer bounds what the kernel takes for sending: an event must not queue behind megabytes of samples.
const sendBuffer = 64 << 10

// dial opens the network connection and counts its bytes, below TLS.
func dial(ctx context.Context, cfg Config, n *counters) (net.Conn, error) {
	t, err := cfg.target()
	if err != nil {
		return nil, err
	}
	raw, err := cfg.Dial(ctx, "tcp", t.addr)
	if err != nil {
		return nil, err
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		if err := tcp.SetWriteBuffer(sendBuffer); err != nil {
			_ = raw.Close() // the error that counts is the first
			return nil, fmt.Errorf("set send buffer: %w", err)
		}
	}
	conn := net.Conn(&counted{Conn: raw, up: &n.up, down: &n.down})
	if !t.tls {
		return conn, nil
	}
	return secure(ctx, conn, cfg.TLS, t.host)
}

func secure(ctx context.Context, conn net.Conn, cfg *tls.Config, host string) (net.Conn, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg != nil {
		c = cfg.Clone()
	}
	if c.ServerName == "" {
		c.ServerName = host
	}
	secured := tls.Client(conn, c)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // the error that counts is the first
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	return secured, nil
}

// counted counts bytes, and stretches the write deadline: paho knows only one for the network and for its own hand-off.
type counted struct {
	net.Conn
	up, down *atomic.Uint64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.down.Add(uint64(n))
	return n, err
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.up.Add(uint64(n))
	return n, err
}

func (c *counted) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() {
		t = t.Add(writeTimeout - handTimeout)
	}
	return c.Conn.SetWriteDeadline(t)
}
