package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// stopTime is how long an orderly stop may take, all of it.
const stopTime = 4 * time.Second

// run serves until ctx ends or a part fails, then stops in the order of the data: no more messages, the group at hand
// committed and acknowledged, pages, broker, store.
func (h *hub) run(ctx context.Context, ready func() error) error {
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	committing, stopCommitting := context.WithCancel(context.WithoutCancel(ctx))
	defer stopCommitting()
	var in, out errgroup.Group
	fails := func(err error) error {
		if err != nil {
			stop(err)
		}
		return err
	}
	in.Go(func() error { return fails(h.broker.Receive(work, func(t string, p []byte) { h.receive(work, t, p) })) })
	out.Go(func() error { return fails(h.ingest.Run(committing)) })
	out.Go(func() error { h.tell(committing); return nil })
	out.Go(func() error { return fails(h.serve(work)) })
	if err := ready(); err != nil {
		stop(err)
	}
	<-work.Done()
	h.log.Debug("stopping")
	errIn := in.Wait()
	stopCommitting()
	err := errors.Join(errIn, out.Wait(), h.close())
	if cause := context.Cause(work); err == nil && ctx.Err() == nil {
		err = cause // ready could not say so
	}
	return err
}

// receive hands one message to who wants it; what it does not know is the broker's or a later version's.
func (h *hub) receive(ctx context.Context, topic string, payload []byte) {
	t, err := wire.ParseTopic("", topic)
	switch {
	case err != nil:
		h.log.Debug("message on an unknown topic", "error", err)
	case t.Kind == wire.KindData:
		h.ingest.Handle(ctx, t.Base, t.Stream, payload)
	case t.Kind == wire.KindState:
		if err := h.fleet.HandleState(ctx, fleet.Key{Tenant: t.Tenant, Name: t.Device}, payload); err != nil && ctx.Err() == nil {
			h.log.Warn("state not kept", "error", err)
		}
	}
}

// tell wakes the live pages after each commit. A reader that falls behind is dropped by ingest and comes back: a missed
// word costs nothing, as pages look by themselves every few seconds.
func (h *hub) tell(ctx context.Context) {
	for ctx.Err() == nil {
		feed, end := h.ingest.Subscribe(1024)
		for c := range feed {
			h.fleet.Changed(c.Device)
		}
		end()
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// serve answers HTTP until ctx ends; live pages end with it.
func (h *hub) serve(ctx context.Context) error {
	h.server.BaseContext = func(net.Listener) context.Context { return ctx }
	done := make(chan error, 1)
	go func() { done <- h.server.Serve(h.pages) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve the page: %w", err)
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime/2)
	defer cancel()
	if err := h.server.Shutdown(limit); err != nil {
		err = h.server.Close() // a client that does not finish must not hold the hub
		if err != nil {
			h.log.Debug("page closed", "error", err)
		}
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the page: %w", err)
	}
	return nil
}

// close ends what open began, in the reverse order; parts that were never opened are left out.
func (h *hub) close() error {
	limit, cancel := context.WithTimeout(context.Background(), stopTime/2)
	defer cancel()
	var errs []error
	if h.broker != nil {
		errs = append(errs, h.broker.Close(limit))
	}
	if h.store != nil {
		errs = append(errs, h.store.Close())
	}
	if h.pages != nil && h.server == nil { // otherwise the server has closed it
		errs = append(errs, h.pages.Close())
	}
	if h.lock != nil {
		errs = append(errs, h.lock.Close())
	}
	return errors.Join(errs...)
}
