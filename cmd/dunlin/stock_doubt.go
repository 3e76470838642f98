package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/models/shelf"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// doubtEvery is how often the versions in use are looked at: 'dunlin trust refresh' is another process.
const doubtEvery = 5 * time.Second

// doubt is a version in use that would not be taken today. It goes on: a device without decisions is worse, and its owner
// hears of it.
type doubt struct{ pipeline, model, reason string }

func (d doubt) String() string {
	return fmt.Sprintf("pipeline %s uses %s, which may not be put to use any more: %s; activate another version", d.pipeline, d.model, d.reason)
}

// doubts is what the last look has found.
type doubts struct {
	mu   sync.Mutex
	seen string // what it depended on
	list []doubt
}

func (d *doubts) texts() (out []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, one := range d.list {
		out = append(out, one.String())
	}
	return out
}

// watchBelief looks at the versions in use until ctx ends, and tells each doubt once.
func (s *stock) watchBelief(ctx context.Context) error {
	tick := time.NewTicker(doubtEvery)
	defer tick.Stop()
	for {
		s.lookAgain(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// lookAgain asks about each version in use whether it may be; nothing is read when nothing has changed.
func (s *stock) lookAgain(ctx context.Context) {
	used := map[string]shelf.Version{}
	seen := s.trust.stamp()
	for _, name := range s.names {
		if v, ok := s.inUse(s.lines[name]); ok {
			used[name] = v
			seen += "\n" + name + " " + v.File + fmt.Sprint(v.Unsigned)
		}
	}
	s.doubts.mu.Lock()
	same, before := s.doubts.seen == seen, s.doubts.list
	s.doubts.mu.Unlock()
	if same {
		return
	}
	list, err := s.ask(ctx, used)
	for _, d := range list {
		if err == nil && !slices.Contains(before, d) {
			err = s.tellDoubt(d)
		}
	}
	if err != nil { // of the machine, which says nothing about a version: asked again at the next look
		s.log.Debug("versions in use are not looked at", "cause", err)
		return
	}
	s.doubts.mu.Lock()
	defer s.doubts.mu.Unlock()
	s.doubts.seen, s.doubts.list = seen, list
}

// ask finds the versions among those in use that trust refuses now.
func (s *stock) ask(ctx context.Context, used map[string]shelf.Version) (list []doubt, err error) {
	for _, name := range s.names {
		v, ok := used[name]
		if !ok {
			continue
		}
		switch err := s.trust.still(ctx, v); {
		case trust.CodeOf(err) != "":
			list = append(list, doubt{name, v.Ref(), err.Error()})
		case err != nil:
			return nil, err
		}
	}
	return list, nil
}

// mayTry asks about a version that is to follow, before its trial and before it is committed: it may have been revoked since
// it was activated. What has worked already is not asked about here; what is wrong with it is a doubt.
func (s *stock) mayTry(ctx context.Context, l *line, folder string) error {
	next, trying := s.shelf.Next(l.name)
	v, known := s.shelf.At(folder)
	if !trying || next != folder || !known {
		return nil
	}
	if err := s.trust.still(ctx, v); trust.CodeOf(err) != "" {
		return fmt.Errorf("model %s: %w", v.Ref(), err)
	}
	return nil
}

func (s *stock) tellDoubt(d doubt) error {
	s.log.Warn("version in use may not be put to use any more", "pipeline", d.pipeline, "model", d.model, "reason", d.reason)
	return s.event(wire.EventModelDoubted, map[string]any{"pipeline": d.pipeline, "model": d.model, "reason": d.reason})
}

// inUse is the version on the shelf that a pipeline has open; false when it is one of the configuration's roots.
func (s *stock) inUse(l *line) (shelf.Version, bool) {
	folder, opened := l.keeper.Running()
	if !opened {
		return shelf.Version{}, false
	}
	if folder == "" {
		if base := l.base.Load(); base != nil {
			folder = *base
		}
	}
	return s.shelf.At(folder)
}

// stamp changes whenever what is believed can have changed.
func (b belief) stamp() string {
	var out strings.Builder
	fmt.Fprint(&out, b.unsigned)
	files, _ := os.ReadDir(b.cfg.Dir) // no such folder: nothing is believed
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			fmt.Fprint(&out, " ", f.Name(), info.Size(), info.ModTime().UnixNano())
		}
	}
	return out.String()
}
