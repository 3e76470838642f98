package broker

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// gate decides who may connect and what they may do. It implements server.Authentication.
type gate struct {
	prefix string
	secure bool   // devices come with certificates
	token  string // of the hub's own connection
	log    *slog.Logger
	edges  *edges

	once   sync.Once
	ready  chan struct{} // closed once devices may come in
	ending chan struct{} // closed once nobody may
	srv    *server.Server
}

func newGate(cfg Config) *gate {
	return &gate{
		prefix: cfg.Prefix, secure: cfg.TLS != nil, token: randomToken(), log: cfg.Logger, edges: newEdges(),
		ready: make(chan struct{}), ending: make(chan struct{}),
	}
}

func (g *gate) attach(srv *server.Server) { g.srv = srv }

func (g *gate) open() { close(g.ready) }

// shut reports whether this call was the first.
func (g *gate) shut() (first bool) {
	g.once.Do(func() { first = true; close(g.ending) })
	return first
}

// Check is called by the server for every connection; false ends it with CONNACK 5.
func (g *gate) Check(c server.ClientAuthentication) bool {
	opts := c.GetOpts()
	if subtle.ConstantTimeCompare([]byte(opts.Token), []byte(g.token)) == 1 {
		return g.admit(c, &server.User{Username: "hub"})
	}
	if !g.waitOpen() {
		return false
	}
	b, err := g.device(c, opts.Username)
	if err != nil {
		g.edges.log(g.log, "refused "+clip(opts.Username), "device refused", "user", clip(opts.Username), "remote", remote(c), "cause", err)
		return false
	}
	return g.admit(c, &server.User{Username: opts.Username, Permissions: permissions(b)})
}

// waitOpen holds a device that comes while the server is still being prepared.
func (g *gate) waitOpen() bool {
	timeout := time.NewTimer(startTimeout)
	defer timeout.Stop()
	select {
	case <-g.ready:
		return true
	case <-g.ending:
	case <-timeout.C:
	}
	return false
}

func (g *gate) device(c server.ClientAuthentication, user string) (wire.Base, error) {
	cs := c.GetTLSConnectionState()
	if g.secure && cs == nil {
		return wire.Base{}, errors.New("not over TLS")
	}
	b, err := identify(g.prefix, user, cs)
	if err != nil {
		return b, err
	}
	id, err := g.clientID(c.GetID())
	if err != nil {
		return b, err
	}
	if want := ClientID(b.Tenant, b.Device); id != want {
		return b, fmt.Errorf("client id is %q, want %q", clip(id), want)
	}
	return b, nil
}

// clientID asks the server for the MQTT client id of a connection: ClientAuthentication does not carry it.
func (g *gate) clientID(cid uint64) (string, error) {
	z, err := g.srv.Connz(&server.ConnzOptions{CID: cid})
	if err != nil {
		return "", fmt.Errorf("look up client id: %w", err)
	}
	if len(z.Conns) != 1 {
		return "", errors.New("look up client id: the connection is gone")
	}
	return z.Conns[0].MQTTClient, nil
}

func (g *gate) admit(c server.ClientAuthentication, u *server.User) bool {
	acc, err := g.srv.LookupAccount(deviceAccount)
	if err != nil {
		return false
	}
	u.Account = acc
	c.RegisterUser(u)
	return true
}

// permissions of a device. Its filter down/# also matches down itself, so both are allowed.
func permissions(b wire.Base) *server.Permissions {
	down := Subject(b.Downs())
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{Subject(b.Ups())}},
		Subscribe: &server.SubjectPermission{Allow: []string{down, down[:len(down)-len(".>")]}},
	}
}

func remote(c server.ClientAuthentication) string {
	if a := c.RemoteAddress(); a != nil {
		return a.String()
	}
	return ""
}

func clip(s string) string { return s[:min(len(s), 100)] }
