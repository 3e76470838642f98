package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// outbox is the spool, and the uplink that empties it; without a hub there is only the spool.
type outbox struct {
	deps
	url    string
	spool  *spool.Spool
	uplink *uplink.Uplink
}

func openOutbox(cfg *config.Config, d deps) (*outbox, error) {
	if err := os.MkdirAll(cfg.State, 0o755); err != nil {
		return nil, fmt.Errorf("make state folder: %w; set state to a folder that this user may write", err)
	}
	s, err := spool.Open(cfg.State+"/spool", spool.Config{
		Max: cfg.Spool.Max, Every: cfg.Spool.Every, Quiet: cfg.Spool.Quiet, Clock: d.clock, Logger: d.log,
	})
	if err != nil {
		return nil, err
	}
	box := &outbox{deps: d, spool: s}
	if cfg.Hub != nil {
		box.url = cfg.Hub.URL
		box.uplink = uplink.New(s, uplink.Config{
			URL: cfg.Hub.URL, Base: wire.Base{Tenant: cfg.Hub.Tenant, Device: cfg.DeviceID},
			Boot: s.Stats().Boot, Version: version, Logger: d.log,
		})
	}
	return box, nil
}

// uplinkStage is empty without a hub: everything else works the same.
func (b *outbox) uplinkStage() agent.Stage {
	st := agent.Stage{Name: "uplink"}
	if b.uplink != nil {
		st.Tasks = append(st.Tasks, agent.Spec{Task: always{"uplink " + b.url, b.uplink.Run}})
	}
	return st
}

// spoolStage stops last: what the others appended is committed. Without a spool there is nothing to run for.
func (b *outbox) spoolStage() agent.Stage {
	return agent.Stage{Name: "spool", Tasks: []agent.Spec{{Task: always{"spool", b.spool.Run}, Critical: true}}}
}

// always is a task that is ready as soon as it exists.
type always struct {
	name string
	run  func(context.Context) error
}

func (t always) Run(ctx context.Context) error { return t.run(ctx) }
func (t always) String() string                { return t.name }

func (always) Ready() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// close ends the spool in order: it is not dirty when it is opened again.
func (b *outbox) close() error { return b.spool.Close() }

// status adds streams, ledger and uplink to s.
func (b *outbox) status(s *agent.Status) {
	stats := b.spool.Stats()
	s.Boot = stats.Boot
	s.Streams, s.Ledger = []agent.StreamStatus{}, []agent.LedgerEntry{}
	for _, name := range b.spool.Streams() {
		st := stats.Streams[name]
		s.Streams = append(s.Streams, agent.StreamStatus{
			Name: string(name), Class: st.Class.String(), Head: st.Head, Low: st.Low,
			Waiting: st.Waiting + uint64(st.Pending), Bytes: uint64(max(st.Bytes, 0)), Gaps: numbers(st.Gaps),
		})
	}
	for _, e := range b.spool.Ledger() {
		s.Ledger = append(s.Ledger, agent.LedgerEntry{Owner: e.Owner, Cause: e.Cause, Total: e.Total})
	}
	if b.uplink != nil {
		u := b.uplink.Status()
		since := b.clock.Boot() - time.Since(u.Since)
		s.Uplink = &agent.UplinkStatus{State: string(u.State), Since: agent.MicrosOf(since), URL: b.url, Reason: u.Reason}
	}
}

// numbers counts what the gaps cover.
func numbers(gaps []wire.Gap) (n uint64) {
	for _, g := range gaps {
		n += g.Last - g.First + 1
	}
	return n
}
