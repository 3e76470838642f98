package mqttin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a topic. URL, Topic and Channels are required.
type Config struct {
	URL      string // mqtt://host:port or mqtts://host:port; the ports default to 1883 and 8883
	Topic    string // one topic; filters with + or # would mix the values of several devices
	Channels []hal.Channel
	// Fields make a message JSON: one path for each channel, names and array positions joined by dots, as
	// "sensors.0.temperature". Numbers, true (1), false (0) and null (missing) have values. Empty: a line of numbers.
	Fields   []string
	Rate     hal.Hertz // zero: the device has no fixed rate
	Retained bool      // use the retained message too
	// SilentAfter is how long may pass without a message before the source is degraded; zero means ten at Rate but at least
	// 10 s, and for ever without a rate.
	SilentAfter time.Duration

	User         string
	PasswordFile string // its first line is the password
	CAFile       string // PEM certificates that vouch for an mqtts broker; empty means those of the system
	ClientID     string // empty means a random one for each connection

	KeepAlive time.Duration                                                     // whole seconds; zero means 30 s
	Dial      func(ctx context.Context, network, addr string) (net.Conn, error) // nil means net.Dialer
	Clock     clock.Clock                                                       // nil means the system's
	Logger    *slog.Logger                                                      // nil discards
}

const (
	maxPayload     = 16 << 10
	maxPacket      = 1 << 20 // larger ones never reach the client, which would take memory for them first
	inboxSize      = 64
	connectTimeout = 15 * time.Second // TCP, TLS and CONNACK together
	replyTimeout   = 15 * time.Second // of SUBACK
	pingTimeout    = 10 * time.Second
)

func (c Config) complete() Config {
	c.KeepAlive = cmp.Or(c.KeepAlive, 30*time.Second)
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// check reports what no later attempt could cure.
func (c Config) check() error {
	switch {
	case c.Topic == "" || len(c.Channels) == 0:
		return errors.New("topic or channels are missing")
	case strings.ContainsAny(c.Topic, "+#\x00") || len(c.Topic) > 65535:
		return fmt.Errorf("topic %q is no topic: + and # would mix the values of several devices", c.Topic)
	case len(c.Fields) > 0 && len(c.Fields) != len(c.Channels):
		return fmt.Errorf("%d fields for %d channels", len(c.Fields), len(c.Channels))
	}
	_, err := c.target()
	return err
}

// target is where to connect.
type target struct {
	host, addr string
	tls        bool
}

func (c Config) target() (target, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return target{}, errors.New("the broker's address is no URL") // its error would print what may hold a password
	}
	t := target{host: u.Hostname()}
	port := ""
	switch {
	case u.User != nil:
		return target{}, errors.New("the broker's address holds a user: use the keys user and password_file")
	case t.host == "":
		return target{}, errors.New("the broker's address names no host")
	case u.Scheme == "mqtt":
		port = "1883"
	case u.Scheme == "mqtts":
		port, t.tls = "8883", true
	default:
		return target{}, fmt.Errorf("broker address %q: want mqtt://host:port or mqtts://host:port", c.URL)
	}
	t.addr = net.JoinHostPort(t.host, cmp.Or(u.Port(), port))
	return t, nil
}

// where is the topic and its broker, for people.
func (c Config) where() string {
	t, err := c.target()
	if err != nil {
		return c.Topic
	}
	return c.Topic + " at " + t.addr
}
