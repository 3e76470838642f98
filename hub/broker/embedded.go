package broker

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// MaxPayload is the largest message the server takes, headers included. Devices keep below wire.MaxMessage.
const MaxPayload = 256 << 10

// Config of an embedded server. Zero fields mean the defaults named with them.
type Config struct {
	Addr   string // host:port of the MQTT listener; default 127.0.0.1:1883; port 0 picks a free one
	Prefix string // of all topics; default wire.DefaultPrefix
	TLS    *tls.Config
	// Dir is a folder for the server alone: whatever lies in it is removed at start and at the end. Default: a temporary
	// one, which stays behind when the process is killed.
	Dir     string
	Pending int          // bytes received and not yet handled, beyond which messages are dropped; default 64 MiB
	Logger  *slog.Logger // default: none
}

// Embedded is a NATS server with MQTT inside this process, and the hub's connection to it.
type Embedded struct {
	cfg    Config
	srv    *server.Server
	conn   *nats.Conn
	ups    *nats.Subscription
	gate   *gate
	addr   string
	dir    string // JetStream wants one even when every stream is in memory
	closed chan struct{}
}

// StartEmbedded starts the server and returns once devices can connect. Messages that arrive before Receive is called
// are kept, within Config.Pending.
func StartEmbedded(cfg Config) (*Embedded, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	dir, err := emptyFolder(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	e := &Embedded{cfg: cfg, dir: dir, closed: make(chan struct{}), gate: newGate(cfg)}
	if err := e.start(); err != nil {
		e.shutdown()
		return nil, fmt.Errorf("start broker on %s: %w", cfg.Addr, err)
	}
	return e, nil
}

// emptyFolder makes the server's folder, without what a killed process left in it.
func emptyFolder(dir string) (string, error) {
	if dir == "" {
		return os.MkdirTemp("", "dunlin-broker-")
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o700)
}

func (c *Config) complete() error {
	if c.Addr == "" {
		c.Addr = "127.0.0.1:1883"
	}
	if c.Pending == 0 {
		c.Pending = 64 << 20
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if err := (wire.Base{Prefix: c.Prefix, Tenant: "t", Device: "d"}).Check(); err != nil {
		return err
	}
	return c.checkExposure()
}

// checkExposure keeps a server that believes user names off the network.
func (c *Config) checkExposure() error {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return err
	}
	if c.TLS != nil {
		if c.TLS.ClientAuth != tls.RequireAndVerifyClientCert {
			return errors.New("TLS without verified client certificates would let anyone be any device")
		}
		return nil
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%q is not a loopback address: without TLS the broker listens on loopback only", host)
	}
	return nil
}

const startTimeout = 10 * time.Second

func (e *Embedded) start() error {
	opts, err := e.options()
	if err != nil {
		return err
	}
	if e.srv, err = server.NewServer(opts); err != nil {
		return err
	}
	log := newServerLog(e.cfg.Logger)
	e.srv.SetLoggerV2(log, false, false, false)
	e.gate.attach(e.srv)
	go e.srv.Start()
	if !e.srv.ReadyForConnections(startTimeout) {
		return fmt.Errorf("not ready after %v: %w", startTimeout, log.lastError())
	}
	e.addr = net.JoinHostPort(opts.MQTT.Host, strconv.Itoa(opts.MQTT.Port))
	if err := e.prepare(); err != nil {
		return err
	}
	e.gate.open()
	return nil
}

// prepare does what must be done before the first device connects.
func (e *Embedded) prepare() error {
	acc, err := e.srv.LookupAccount(deviceAccount)
	if err != nil {
		return fmt.Errorf("look up account: %w", err)
	}
	if err := acc.EnableJetStream(nil, nil); err != nil {
		return fmt.Errorf("enable streams: %w", err)
	}
	e.conn, err = nats.Connect("", nats.InProcessServer(e.srv), nats.Token(e.gate.token), nats.Name("hub"),
		nats.NoReconnect(), nats.ErrorHandler(e.complain))
	if err != nil {
		return fmt.Errorf("connect in process: %w", err)
	}
	if err := createStreams(e.conn); err != nil {
		return err
	}
	return e.subscribe()
}

func (e *Embedded) complain(_ *nats.Conn, _ *nats.Subscription, err error) {
	e.gate.edges.log(e.cfg.Logger, "connection", "hub cannot keep up with its devices or publishes wrongly", "cause", err)
}

// Addr is host:port of the MQTT listener.
func (e *Embedded) Addr() string { return e.addr }

// Close cuts all devices off and stops the server. It waits no longer than ctx; what is still running then goes on
// stopping by itself. A second Close waits for the first.
func (e *Embedded) Close(ctx context.Context) error {
	go e.shutdown()
	select {
	case <-e.closed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close broker: %w", ctx.Err())
	}
}

func (e *Embedded) shutdown() {
	if !e.gate.shut() {
		return
	}
	if e.conn != nil {
		e.conn.Close()
	}
	if e.srv != nil {
		e.srv.Shutdown()
		e.srv.WaitForShutdown()
	}
	if err := os.RemoveAll(e.dir); err != nil {
		e.cfg.Logger.Warn("cannot remove the broker's folder", "cause", err)
	}
	close(e.closed)
}

func randomToken() string { return rand.Text() + rand.Text() }
