package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/uplink/uplinktest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// town is a hub and one device, connected.
type town struct {
	box  *uplinktest.Box
	up   *uplink.Uplink
	line line
}

// inTown runs measure while a hub over a new database and a device are up.
func inTown(ctx context.Context, path string, measure func(context.Context, *town) (float64, error)) (result float64, err error) {
	db, err := store.Open(ctx, store.Config{Path: path})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	b, err := broker.StartEmbedded(broker.Config{Addr: "127.0.0.1:0"})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, b.Close(ctx)) }()
	t := &town{box: uplinktest.NewBox(wire.Events, wire.Results)}
	t.up = uplink.New(t.box, uplink.Config{
		URL: "mqtt://" + b.Addr(), Base: wire.Base{Tenant: "acme", Device: "pump-17"}, Boot: 12, Version: "0.1.0", Dial: t.line.dial,
	})
	in := ingest.New(db, b, ingest.Config{})
	receive := func(ctx context.Context) error {
		return b.Receive(ctx, func(topic string, p []byte) { handle(ctx, in, topic, p) })
	}
	end := start(ctx, in.Run, receive, t.up.Run)
	defer func() { err = errors.Join(err, end()) }()
	if err := t.until(ctx, func() bool { return t.up.Status().State == uplink.Ready }); err != nil {
		return 0, err
	}
	return measure(ctx, t)
}

func handle(ctx context.Context, in *ingest.Ingest, topic string, payload []byte) {
	if t, err := wire.ParseTopic("", topic); err == nil && t.Kind == wire.KindData {
		in.Handle(ctx, t.Base, t.Stream, payload)
	}
}

// start runs all and returns how to end them, the last first.
func start(ctx context.Context, runs ...func(context.Context) error) (end func() error) {
	var ends []func() error
	for _, run := range runs {
		ctx, cancel := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- run(ctx) }()
		ends = append(ends, func() error { cancel(); return <-done })
	}
	return func() (err error) {
		for i := len(ends) - 1; i >= 0; i-- {
			err = errors.Join(err, ends[i]())
		}
		return err
	}
}

const patience = time.Minute

func (t *town) until(ctx context.Context, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for the hub: %w; uplink %+v", ctx.Err(), t.up.Status())
		}
	}
	return nil
}

func (t *town) acked(ctx context.Context, s wire.Stream, n uint64) error {
	return t.until(ctx, func() bool { return t.box.Acked(s) >= n })
}

// bytes of the device's connection so far, both directions, with all headers.
func (t *town) bytes() (uint64, error) {
	s := t.up.Status()
	segments, err := t.line.segments()
	return s.Sent + s.Received + segments*headers, err
}
