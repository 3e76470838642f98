package web

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	calm     = 250 * time.Millisecond // the least time between two rounds of one live page
	refresh  = 2 * time.Second        // the longest time between two looks at what has no signal of its own
	burst    = listLength             // decisions in one round; of more, only the newest are sent
	retryPre = "retry: 1000\n\n"      // a browser comes back after this many milliseconds
)

// fleetLive sends the fleet's page again whenever what it shows has changed.
func (s *Site) fleetLive(w http.ResponseWriter, r *http.Request) {
	e := newEvents(w)
	shown := ""
	s.follow(r.Context(), e, nil, func() error {
		v, err := s.fleetView(r)
		if err != nil {
			return err
		}
		now := fingerprint([]any{v.View, v.Counts})
		if now == shown {
			return nil
		}
		shown = now
		if err := s.sendPart(e, "top", "fleet-top", v); err != nil {
			return err
		}
		return s.sendPart(e, "body", "fleet-body", v)
	})
}

// deviceLive sends each new decision, and the parts of the page whose facts have changed.
func (s *Site) deviceLive(w http.ResponseWriter, r *http.Request) {
	k := key(r)
	changed, stop := s.decisions.Watch(k)
	defer stop()
	e := newEvents(w)
	l := liveDevice{site: s, events: e, key: k, cursor: cursor(r), parts: map[string]string{}}
	s.follow(r.Context(), e, changed, func() error { return l.round(r.Context()) })
}

// cursor is the last decision the client has: what a reconnecting browser says, or else what its page was made with.
func cursor(r *http.Request) fleet.Cursor {
	return fleet.Cursor(cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")))
}

// follow calls round at once, then after each change and every so often, until the client or the hub goes.
func (s *Site) follow(ctx context.Context, e *events, changed <-chan struct{}, round func() error) {
	if err := e.write([]byte(retryPre)); err != nil {
		return
	}
	tick := time.NewTicker(refresh)
	defer tick.Stop()
	for {
		if err := round(); err != nil {
			s.cfg.Logger.Debug("live page ended", "error", err)
			return
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
		if err := e.beat(time.Now()); err != nil {
			return
		}
	}
}

// liveDevice is what one live page has been sent.
type liveDevice struct {
	site   *Site
	events *events
	key    fleet.Key
	cursor fleet.Cursor
	parts  map[string]string // what each part of the page was made of when it was last sent
	slow   time.Time         // when the slow parts were last looked at
}

func (l *liveDevice) round(ctx context.Context) error {
	fresh, err := l.site.decisions.Decisions(ctx, l.key, l.cursor, burst)
	if err != nil {
		return err
	}
	now := l.site.cfg.Now()
	for i := len(fresh) - 1; i >= 0; i-- {
		if err := l.decision(now, fresh[i]); err != nil {
			return err
		}
	}
	detail, err := l.site.devices.Detail(ctx, l.key)
	if err != nil {
		return err
	}
	return l.update(deviceView{Now: now, Detail: detail})
}

func (l *liveDevice) decision(now time.Time, d fleet.Decision) error {
	html, err := l.site.render("decision-row", row{now, d})
	if err != nil {
		return err
	}
	l.cursor = d.Cursor
	return l.events.send("decision", string(d.Cursor), html)
}

// update sends the parts that have changed: the head at once, the others less often, so that their text can be selected.
func (l *liveDevice) update(v deviceView) error {
	d := v.Detail
	if err := l.part("head", v, d.Device, d.Pipelines); err != nil {
		return err
	}
	if v.Now.Sub(l.slow) < refresh {
		return nil
	}
	l.slow = v.Now
	if err := l.part("events", v, d.Events); err != nil {
		return err
	}
	return l.part("facts", v, withoutLast(d.Pipelines), d.Streams, d.Ledger, d.Gauges)
}

// part sends the template device-name when what it is made of has changed.
func (l *liveDevice) part(name string, v deviceView, madeOf ...any) error {
	now := fingerprint(madeOf)
	if now == l.parts[name] {
		return nil
	}
	l.parts[name] = now
	return l.site.sendPart(l.events, name, "device-"+name, v)
}

// withoutLast leaves of each pipeline what the facts show.
func withoutLast(pipelines []fleet.Pipeline) []fleet.Pipeline {
	out := make([]fleet.Pipeline, len(pipelines))
	for i, p := range pipelines {
		p.Last, p.Since = nil, time.Time{}
		out[i] = p
	}
	return out
}

func (s *Site) sendPart(e *events, name, template string, v any) error {
	html, err := s.render(template, v)
	if err != nil {
		return err
	}
	return e.send(name, "", html)
}
