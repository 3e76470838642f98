package fleet

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Decisions are the newest decisions of a device after the cursor, at most limit, the newest first, or ErrUnknown. When
// more than limit came after the cursor, the oldest of them are left out.
func (f *Fleet) Decisions(ctx context.Context, k Key, since Cursor, limit int) ([]Decision, error) {
	rows, err := f.store.Results(ctx, k, limit)
	if err != nil {
		return nil, err
	}
	stamps := make([]store.Stamp, len(rows))
	for i, r := range rows {
		stamps[i] = r.Stamp
	}
	f.dates.learn(k, stamps)
	all := make([]Decision, 0, len(rows))
	for _, r := range rows {
		if since.reached(r.Stamp) {
			break
		}
		all = append(all, f.decision(k, r))
	}
	return all, nil
}

func (f *Fleet) decision(k Key, r store.ResultRow) Decision {
	d := Decision{Cursor: cursorOf(r.Stamp), Pipeline: r.Pipeline, Model: r.Model, Version: r.Version, Label: r.Label,
		Score: r.Score, Threshold: r.Threshold, Held: r.Held, Changed: r.Changed,
		At: f.dates.of(k, r.Stamp), Received: r.Received, Boot: r.Boot, definition: r.Definition}
	if r.Pipeline == "" {
		d.Pipeline = "not known"
	}
	if r.Label == "" {
		d.Label = fmt.Sprintf("label %d", r.Index) // its definition was evicted; it comes again
	}
	return d
}

// pipelines are those that decided lately, by name; before the first decision, those that are defined.
func (f *Fleet) pipelines(ctx context.Context, k Key) ([]Pipeline, error) {
	defs, err := f.store.Definitions(ctx, k)
	if err != nil {
		return nil, err
	}
	recent, err := f.Decisions(ctx, k, "", lookBack)
	if err != nil {
		return nil, err
	}
	all := []Pipeline{}
	for i := range recent {
		all = note(all, &recent[i])
	}
	if len(recent) == 0 {
		all = undecided(defs)
	}
	for i := range all {
		if p := &all[i]; p.Last != nil {
			p.describe(defs[p.Last.definition])
		}
	}
	slices.SortFunc(all, func(a, b Pipeline) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// note takes in one decision, in order from the newest back.
func note(all []Pipeline, d *Decision) []Pipeline {
	i := slices.IndexFunc(all, func(p Pipeline) bool { return p.Name == d.Pipeline })
	if i < 0 {
		return append(all, Pipeline{Name: d.Pipeline, Last: d, Since: d.At, same: true})
	}
	if p := &all[i]; p.same && d.Label == p.Last.Label {
		p.Since = d.At
	} else {
		p.same = false
	}
	return all
}

// undecided lists the pipelines that are defined and have not decided anything.
func undecided(defs map[uint32]wire.Definition) []Pipeline {
	all := []Pipeline{}
	for _, id := range slices.Sorted(maps.Keys(defs)) {
		d := defs[id]
		p := Pipeline{Name: d.Pipeline}
		p.describe(d)
		all = append(all, p)
	}
	return all
}

// describe takes over what the definition of the newest decision says; the zero one is "not known".
func (p *Pipeline) describe(d wire.Definition) {
	p.Model, p.Version, p.Source, p.Engine, p.Threshold = d.Model, d.Version, d.Source, d.Engine, d.Threshold
	if p.Labels = d.Labels; p.Labels == nil {
		p.Labels = []string{}
	}
}
