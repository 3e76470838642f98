package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/sse"

	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	burst = 100                    // decisions sent at once; of more, only the newest
	calm  = 100 * time.Millisecond // the least time between two rounds
	beat  = 15 * time.Second       // the device is sent at least so often
)

type liveInput struct {
	DevicePath
	Since string `query:"since" maxLength:"64" doc:"The cursor of the last decision the client has."`
}

func (a *api) registerLive(h huma.API) {
	op := operation("watch-device", "/devices/{tenant}/{name}/live", "Decisions and changes of state, as they come")
	op.Description = "Server-sent events: decision (a Decision) and device (a Device, when it changes and every 15 s)."
	op.Middlewares = huma.Middlewares{a.known(h)}
	sse.Register(h, op, map[string]any{"decision": fleet.Decision{}, "device": fleet.Device{}}, a.live)
}

// known answers 404 before the stream begins: afterwards it is too late for a status.
func (a *api) known(h huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		k := fleet.Key{Tenant: ctx.Param("tenant"), Name: ctx.Param("name")}
		if _, err := a.devices.Detail(ctx.Context(), k); err != nil {
			p := problem(err, k)
			_ = huma.WriteErr(h, ctx, status(p), p.Error()) // a client that went away is no fault of ours
			return
		}
		next(ctx)
	}
}

func status(err error) int {
	var s huma.StatusError
	if errors.As(err, &s) {
		return s.GetStatus()
	}
	return http.StatusInternalServerError
}

func (a *api) live(ctx context.Context, in *liveInput, send sse.Sender) {
	changed, stop := a.decisions.Watch(in.key())
	defer stop()
	tick := time.NewTicker(a.refresh)
	defer tick.Stop()
	l := live{api: a, key: in.key(), since: fleet.Cursor(in.Since), send: send}
	for {
		if err := l.round(ctx); err != nil {
			return // the client is gone, or the store is: the client comes back and learns which
		}
		if !clock.Wait(ctx, calm) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-tick.C:
		}
	}
}

// live is what one client has been sent.
type live struct {
	api    *api
	key    fleet.Key
	since  fleet.Cursor
	send   sse.Sender
	device fleet.Device
	sent   time.Time
}

func (l *live) round(ctx context.Context) error {
	fresh, err := l.api.decisions.Decisions(ctx, l.key, l.since, burst)
	if err != nil {
		return err
	}
	for i := len(fresh) - 1; i >= 0; i-- {
		if err := l.send.Data(fresh[i]); err != nil {
			return err
		}
		l.since = fresh[i].Cursor
	}
	d, err := l.api.devices.Detail(ctx, l.key)
	if err != nil {
		return err
	}
	return l.changed(d.Device)
}

func (l *live) changed(d fleet.Device) error {
	age := time.Since(l.sent)
	if age < l.api.refresh || (age < beat && reflect.DeepEqual(d, l.device)) {
		return nil
	}
	l.device, l.sent = d, time.Now()
	return l.send.Data(d)
}
