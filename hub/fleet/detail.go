package fleet

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

const (
	lookBack  = 600  // decisions from which pipelines and the age of an answer are known
	eventsMax = 50   // events in a Detail
	asideMax  = 1000 // undecodable records are counted up to here
)

// Detail is everything the hub knows of one device, or ErrUnknown.
func (f *Fleet) Detail(ctx context.Context, k Key) (Detail, error) {
	row, err := f.store.Device(ctx, k)
	if err != nil {
		return Detail{}, err
	}
	var d Detail
	if d.Streams, err = f.Streams(ctx, k); err != nil {
		return Detail{}, err
	}
	d.Device = f.device(row, d.Streams)
	if d.Pipelines, err = f.pipelines(ctx, k); err != nil {
		return Detail{}, err
	}
	if len(d.Pipelines) > 0 {
		d.Last = newest(d.Pipelines)
	}
	if d.Ledger, err = f.Ledger(ctx, k); err != nil {
		return Detail{}, err
	}
	if d.Gauges, err = f.Gauges(ctx, k); err != nil {
		return Detail{}, err
	}
	d.Events, err = f.Events(ctx, k, eventsMax)
	return d, err
}

func newest(pipelines []Pipeline) *Decision {
	var last *Decision
	for _, p := range pipelines {
		if p.Last != nil && (last == nil || p.Last.At.After(last.At)) {
			last = p.Last
		}
	}
	return last
}

// Streams is the completeness of each stream, over all its epochs.
func (f *Fleet) Streams(ctx context.Context, k Key) ([]Stream, error) {
	rows, err := f.store.Streams(ctx, k)
	if err != nil {
		return nil, err
	}
	all := []Stream{}
	for _, r := range rows {
		if len(all) == 0 || all[len(all)-1].Name != string(r.Stream) {
			all = append(all, Stream{Name: string(r.Stream), Gaps: []Cause{}})
		}
		add(&all[len(all)-1], r)
	}
	return all, nil
}

func add(s *Stream, r store.Completeness) {
	s.Epochs++
	s.Delivered += r.Delivered
	s.Waiting += r.Waiting
	for cause, n := range r.Gaps {
		i := slices.IndexFunc(s.Gaps, func(c Cause) bool { return c.Cause == cause.String() })
		if i < 0 {
			s.Gaps = append(s.Gaps, Cause{Cause: cause.String()})
			i = len(s.Gaps) - 1
		}
		s.Gaps[i].Count += n
	}
	slices.SortFunc(s.Gaps, func(a, b Cause) int { return strings.Compare(a.Cause, b.Cause) })
}

// Ledger is what never became a record, by owner and cause; and what did, but could not be decoded here.
func (f *Fleet) Ledger(ctx context.Context, k Key) ([]Loss, error) {
	rows, err := f.store.Ledger(ctx, k)
	if err != nil {
		return nil, err
	}
	all := []Loss{}
	for _, r := range rows {
		if r.Total > 0 {
			all = append(all, Loss{Owner: r.Owner, Cause: r.Cause, Count: r.Total})
		}
	}
	aside, err := f.store.Quarantined(ctx, k, asideMax)
	if err != nil {
		return nil, err
	}
	for _, q := range aside {
		owner := "hub/" + string(q.Stream)
		i := slices.IndexFunc(all, func(l Loss) bool { return l.Owner == owner })
		if i < 0 {
			all = append(all, Loss{Owner: owner, Cause: "undecodable"})
			i = len(all) - 1
		}
		all[i].Count++
	}
	return all, nil
}

// Gauges are the newest values of what a device measures of itself.
func (f *Fleet) Gauges(ctx context.Context, k Key) ([]Gauge, error) {
	rows, err := f.store.Gauges(ctx, k)
	if err != nil {
		return nil, err
	}
	all := make([]Gauge, len(rows))
	for i, r := range rows {
		all[i] = Gauge{Owner: r.Owner, Name: r.Name, Value: r.Value, Received: r.Received}
	}
	return all, nil
}

// Events are the last limit events of a device, the newest first, or ErrUnknown.
func (f *Fleet) Events(ctx context.Context, k Key, limit int) ([]Event, error) {
	rows, err := f.store.Events(ctx, k, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Event, len(rows))
	for i, r := range rows {
		rest, text := wire.DetachDocument(r.Facts)
		all[i] = Event{Name: r.Name, Facts: facts(rest), At: f.dates.of(k, r.Stamp), Received: r.Received, Document: document(text)}
	}
	return all, nil
}

func facts(m map[string]any) []Fact {
	all := make([]Fact, 0, len(m))
	for name, v := range m {
		all = append(all, Fact{name, fmt.Sprint(v)})
	}
	slices.SortFunc(all, func(a, b Fact) int { return strings.Compare(a.Name, b.Name) })
	return all
}
