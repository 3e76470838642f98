package uplink

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Config of an uplink. Zero fields mean the defaults named with them.
type Config struct {
	URL      string    // mqtt://host:port or mqtts://host:port; the ports default to 1883 and 8883
	Base     wire.Base // whose topics
	ClientID string    // default tenant:device
	Username string    // default tenant/device
	Password string
	TLS      *tls.Config // of mqtts

	Boot    uint64 // counts the device's boots, said in its state
	Version string // of the agent, said in its state

	Window     int        // unanswered batches of one stream; default 8
	Batch      wire.Limit // of one batch; default 1024 records, 32 KiB
	MaxMessage int        // bytes of the largest payload; default and most wire.MaxMessage

	KeepAlive     time.Duration // whole seconds; default 30 s
	PingTimeout   time.Duration // default 10 s
	AckTimeout    time.Duration // shortest wait for an answer; default 3 s
	AckTimeoutMax time.Duration // longest; default 1 min
	BackoffMin    time.Duration // bound of the first wait between connections; default 1 s
	BackoffMax    time.Duration // bound of all later ones; default 2 min
	Stable        time.Duration // a connection that lives so long ends the growth of waits; default 30 s

	Dial   func(ctx context.Context, network, addr string) (net.Conn, error) // default: net.Dialer
	Logger *slog.Logger                                                      // default: none
}

const (
	connectTimeout = 15 * time.Second // TCP, TLS and CONNACK together
	replyTimeout   = 15 * time.Second // of SUBACK and of the birth's PUBACK
	writeTimeout   = 15 * time.Second // of the network
	handTimeout    = time.Second      // paho hands a message to its writer, which is idle, or gone with its connection
	goodbyeTimeout = time.Second
	holdTime       = time.Second // a stream waits so long, or for the next commit, after a change in the spool
	maxTries       = 5           // rule D7
)

func (c Config) complete() Config {
	c.ClientID = cmp.Or(c.ClientID, c.Base.Tenant+":"+c.Base.Device)
	c.Username = cmp.Or(c.Username, c.Base.Tenant+"/"+c.Base.Device)
	c.Window = cmp.Or(c.Window, 8)
	c.Batch.Records = cmp.Or(c.Batch.Records, 1024)
	c.Batch.Bytes = cmp.Or(c.Batch.Bytes, 32<<10)
	c.MaxMessage = min(cmp.Or(c.MaxMessage, wire.MaxMessage), wire.MaxMessage)
	c.Batch.Bytes = min(c.Batch.Bytes, c.MaxMessage)
	c.KeepAlive = cmp.Or(c.KeepAlive, 30*time.Second)
	c.PingTimeout = cmp.Or(c.PingTimeout, 10*time.Second)
	c.AckTimeout = cmp.Or(c.AckTimeout, 3*time.Second)
	c.AckTimeoutMax = max(cmp.Or(c.AckTimeoutMax, time.Minute), c.AckTimeout)
	c.BackoffMin = cmp.Or(c.BackoffMin, time.Second)
	c.BackoffMax = max(cmp.Or(c.BackoffMax, 2*time.Minute), c.BackoffMin)
	c.Stable = cmp.Or(c.Stable, 30*time.Second)
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// check reports what no later attempt could cure.
func (c Config) check() error {
	if err := c.Base.Check(); err != nil {
		return err
	}
	_, err := c.target()
	return err
}

// target is where to connect.
func (c Config) target() (target, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return target{}, fmt.Errorf("broker address: %w", err)
	}
	t := target{host: u.Hostname()}
	port := ""
	switch u.Scheme {
	case "mqtt", "tcp":
		port = "1883"
	case "mqtts", "ssl", "tls":
		port, t.tls = "8883", true
	default:
		return target{}, fmt.Errorf("broker address %q: want mqtt://host:port or mqtts://host:port", c.URL)
	}
	if t.host == "" {
		return target{}, errors.New("broker address names no host")
	}
	t.addr = net.JoinHostPort(t.host, cmp.Or(u.Port(), port))
	return t, nil
}

type target struct {
	host, addr string
	tls        bool
}
