package mqttin

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/dunlin-iot/dunlin/hal"
)

// message is one payload and when it arrived.
type message struct {
	payload []byte
	at      time.Duration
	lost    uint64 // messages before it that found the inbox full
}

// link is one connection, never used again: a client that connects again by itself hides what was lost meanwhile.
type link struct {
	cfg       Config
	client    mqtt.Client
	conn      net.Conn
	connected bool
	inbox     chan message
	missed    uint64     // messages since the last one that the inbox took; of paho's goroutine
	lost      chan error // receives once, unless we ended the connection
}

func newLink(cfg Config, password string) *link {
	l := &link{cfg: cfg, inbox: make(chan message, inboxSize), lost: make(chan error, 1)}
	l.client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker(cfg.URL).SetProtocolVersion(4).SetCleanSession(true).
		SetClientID(cmp.Or(cfg.ClientID, randomID())).SetUsername(cfg.User).SetPassword(password).
		SetAutoReconnect(false).SetConnectRetry(false).SetConnectTimeout(connectTimeout).SetWriteTimeout(replyTimeout).
		SetKeepAlive(cfg.KeepAlive).SetPingTimeout(pingTimeout).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return l.conn, nil }).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { l.take(m) }).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { l.lost <- err }))
	return l
}

// randomID keeps two sources from taking each other's session.
func randomID() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return "dunlin-" + hex.EncodeToString(b[:])
}

// take hands a message over without waiting: paho's reader must stay free for pings.
func (l *link) take(m mqtt.Message) {
	if m.Topic() != l.cfg.Topic || m.Retained() && !l.cfg.Retained {
		return
	}
	payload := m.Payload()
	if len(payload) > maxPayload { // it is of no use: what shows that is kept, not a megabyte for each place of the inbox
		payload = bytes.Clone(payload[:maxPayload+1])
	}
	select {
	case l.inbox <- message{payload, l.cfg.Clock.Boot(), l.missed}:
		l.missed = 0
	default:
		l.missed++
	}
}

// open connects. The dial is ours because paho's own does not follow a context.
func (l *link) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := l.dial(ctx)
	if err != nil {
		return l.explain(err)
	}
	l.conn = &guard{Conn: conn}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	token := l.client.Connect()
	<-token.Done()
	if err := token.Error(); err != nil {
		return fmt.Errorf("connect to %s: %w", l.cfg.where(), err)
	}
	l.connected = true
	return nil
}

func (l *link) dial(ctx context.Context) (net.Conn, error) {
	t, err := l.cfg.target()
	if err != nil {
		return nil, err
	}
	roots, err := l.cfg.roots()
	if err != nil {
		return nil, err
	}
	conn, err := l.cfg.Dial(ctx, "tcp", t.addr)
	if err != nil || !t.tls {
		return conn, err
	}
	secured := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.host, RootCAs: roots})
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // the error that counts is the first
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	return secured, nil
}

// explain tells a broker that is not there from one that is unwell.
func (l *link) explain(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH) {
		t, _ := l.cfg.target() // was checked
		return &hal.AbsentError{What: "MQTT broker at " + t.addr, Fix: "start the broker, or check the key url of the source and the network", Err: err}
	}
	var gone *hal.AbsentError
	if errors.As(err, &gone) {
		return err
	}
	return fmt.Errorf("connect to %s: %w", l.cfg.where(), err)
}

// subscribe asks for the topic and waits for the broker's consent.
func (l *link) subscribe(ctx context.Context) error {
	token := l.client.Subscribe(l.cfg.Topic, 0, nil).(*mqtt.SubscribeToken)
	timer := time.NewTimer(replyTimeout)
	defer timer.Stop()
	select {
	case <-token.Done():
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return fmt.Errorf("subscribe to %s: no answer from the broker", l.cfg.where())
	}
	if err := token.Error(); err != nil {
		return fmt.Errorf("subscribe to %s: %w", l.cfg.where(), err)
	}
	if token.Result()[l.cfg.Topic] > 2 { // MQTT 3.1.1, section 3.9.3: 0x80 is a failure
		return fmt.Errorf("subscribe to %s: the broker refused: may this user read the topic?", l.cfg.where())
	}
	return nil
}

// release ends the connection and paho's goroutines.
func (l *link) release(ctx context.Context) {
	if l.conn == nil {
		return
	}
	if ctx.Err() == nil || !l.connected {
		_ = l.conn.Close() // it is broken or abandoned
	}
	if l.connected {
		l.client.Disconnect(100) // milliseconds for the DISCONNECT to leave
	}
	_ = l.conn.Close()
}

// password is the first line of the password file.
func (c Config) password() (string, error) {
	if c.PasswordFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return "", missing("password file "+c.PasswordFile, "write the password of "+c.User+" into it, readable by the agent's user only", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

// roots are the certificates of CAFile, nil for those of the system.
func (c Config) roots() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, missing("CA file "+c.CAFile, "copy the broker's CA certificate there, in PEM", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("CA file %s holds no certificate in PEM", c.CAFile)
	}
	return pool, nil
}

func missing(what, fix string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return &hal.AbsentError{What: what, Fix: fix, Err: err}
	}
	return fmt.Errorf("read %s: %w", what, err)
}
