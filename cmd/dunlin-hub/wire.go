package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/dunlin-iot/dunlin/hub/api"
	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/web"
)

// hub is everything a running hub is made of: messages go from broker to ingest and fleet, those write to store, and
// api and web read from fleet.
type hub struct {
	log    *slog.Logger
	db     string
	lock   *os.File
	store  *store.Store
	broker *broker.Embedded
	ingest *ingest.Ingest
	fleet  *fleet.Fleet
	pages  net.Listener
	server *http.Server
}

// build opens everything; run closes it again.
func build(ctx context.Context, s settings, folder string, log *slog.Logger) (*hub, error) {
	h := &hub{log: log, db: filepath.Join(folder, "hub.db")}
	if err := h.open(ctx, s, folder); err != nil {
		return nil, errors.Join(err, h.close())
	}
	h.ingest = ingest.New(h.store, h.broker, ingest.Config{Logger: log.With("part", "ingest")})
	h.fleet = fleet.New(h.store, fleet.Config{Logger: log.With("part", "fleet")})
	site, err := web.New(h.fleet, h.fleet, web.Config{Version: version, MQTT: h.mqttURL(), Logger: log.With("part", "web")})
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", api.New(h.fleet, h.fleet, api.Config{Version: version}))
	mux.Handle("/", site.Handler())
	h.server = &http.Server{Handler: local(mux), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.With("part", "http").Handler(), slog.LevelDebug)}
	return h, nil
}

// open takes the folder and the ports first: a second hub must not touch the first one's database.
func (h *hub) open(ctx context.Context, s settings, folder string) (err error) {
	if h.lock, err = lockFolder(folder); err != nil {
		return err
	}
	if h.pages, err = listen(ctx, "open the page", "http", s.HTTP); err != nil {
		return err
	}
	probe, err := listen(ctx, "start the broker", "mqtt", s.MQTT)
	if err != nil {
		return err
	}
	if err := probe.Close(); err != nil {
		return err
	}
	h.store, err = store.Open(ctx, store.Config{Path: h.db})
	if errors.Is(err, store.ErrNotDatabase) {
		return fmt.Errorf("%w: move it away, or name another folder with --state", err)
	}
	if err != nil {
		return err
	}
	h.broker, err = broker.StartEmbedded(broker.Config{Addr: s.MQTT, Dir: filepath.Join(folder, "broker"), Logger: h.log.With("part", "broker")})
	return err
}

func (h *hub) pageURL() string { return "http://" + h.pages.Addr().String() }
func (h *hub) mqttURL() string { return "mqtt://" + h.broker.Addr() }
