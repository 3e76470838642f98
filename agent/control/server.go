package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
)

// Daemon is what the API shows and changes.
type Daemon interface {
	Status() agent.Status
	// SetLogLevel takes debug, info, warn or error.
	SetLogLevel(level string) error
	// SetPipeline starts or stops a pipeline; its error wraps ErrNotFound when there is none of that name.
	SetPipeline(ctx context.Context, name string, on bool) error
}

var (
	// ErrNotFound is wrapped by Daemon.SetPipeline, and by the client, when a thing has no such name.
	ErrNotFound = errors.New("not found")
	// ErrForbidden is wrapped by the client when this user may read but not change.
	ErrForbidden = errors.New("not permitted")
	// ErrBadRequest is wrapped by Daemon's verbs, and by the client, when what was asked makes no sense.
	ErrBadRequest = errors.New("bad request")
)

// Config of a server. Zero fields mean the defaults in brackets.
type Config struct {
	Socket   string        // path of the Unix socket [/run/dunlin/control.sock]
	Group    string        // who may change things, beside root and the agent's user [dunlin]
	Models   Models        // the routes below /v1/models [they are not found]
	Watchers int           // most watch streams at once [16]
	Stall    time.Duration // how long a bundle that is being sent may stand still [1 min]
	Grace    time.Duration // how long open requests may take once the server stops [1 s]
	Logger   *slog.Logger  // [discard]
}

// Server is the local API; see the package comment.
type Server struct {
	daemon   Daemon
	cfg      Config
	watchers chan struct{}
	ready    chan struct{}
}

// New makes a server that opens its socket when it runs.
func New(d Daemon, cfg Config) *Server {
	cfg.Socket = cmp.Or(cfg.Socket, DefaultSocket)
	cfg.Group = cmp.Or(cfg.Group, "dunlin")
	cfg.Watchers = cmp.Or(cfg.Watchers, 16)
	cfg.Grace = cmp.Or(cfg.Grace, time.Second)
	cfg.Stall = cmp.Or(cfg.Stall, time.Minute)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Server{daemon: d, cfg: cfg, watchers: make(chan struct{}, cfg.Watchers), ready: make(chan struct{})}
}

func (s *Server) String() string { return "control " + s.cfg.Socket }

// Ready is closed once the socket is open.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Run serves until ctx is cancelled. A second Run after an error opens the socket again.
func (s *Server) Run(ctx context.Context) error {
	sock, err := listen(s.cfg.Socket)
	if err != nil {
		return err
	}
	alive, end := context.WithCancel(ctx)
	defer end()
	srv := &http.Server{
		Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return alive },
		ConnContext: s.withPeer,
		ErrorLog:    slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(sock) }()
	s.announce()
	select {
	case err := <-served:
		return fmt.Errorf("serve control socket %q: %w", s.cfg.Socket, errors.Join(err, srv.Close()))
	case <-ctx.Done():
	}
	end()
	return s.stop(context.WithoutCancel(ctx), srv, served)
}

func (s *Server) announce() {
	select {
	case <-s.ready:
	default:
		close(s.ready)
	}
}

// stop waits for open requests, whose context has been cancelled; those that hang are cut.
func (s *Server) stop(ctx context.Context, srv *http.Server, served <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Grace)
	defer cancel()
	err := srv.Shutdown(ctx)
	if err != nil {
		err = srv.Close()
	}
	if ended := <-served; err == nil && !errors.Is(ended, http.ErrServerClosed) {
		err = ended
	}
	if err != nil {
		return fmt.Errorf("close control socket %q: %w", s.cfg.Socket, err)
	}
	return nil
}

type peerKey struct{}

// withPeer remembers who opened a connection. An unknown peer may read and never change.
func (s *Server) withPeer(ctx context.Context, conn net.Conn) context.Context {
	sock, ok := conn.(*net.UnixConn)
	if !ok {
		return ctx
	}
	p, err := peerOf(sock)
	if err != nil {
		s.cfg.Logger.Warn("peer of a control connection is unknown", "err", err)
		return ctx
	}
	return context.WithValue(ctx, peerKey{}, p)
}

func peerFrom(ctx context.Context) (Peer, bool) {
	p, ok := ctx.Value(peerKey{}).(Peer)
	return p, ok
}
