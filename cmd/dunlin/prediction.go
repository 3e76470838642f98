package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// prediction gives each decision its recording, prints it and counts whether it was right. The source's goroutine
// begins recordings, the pipeline's decides.
type prediction struct {
	printer printer
	tally   *confusion
	drops   map[string]uint64
	walks   []engine.Walk // of delegates

	mu         sync.Mutex
	recordings []replay.Recording
}

// predicted is one decision as it is printed.
type predicted struct {
	Recording string  `json:"recording"`
	Time      float64 `json:"time_s"` // of the window's last sample, from the recording's first
	Label     string  `json:"label"`
	Score     float64 `json:"score"`
	Held      bool    `json:"held"`
	Want      string  `json:"want,omitempty"`
}

func (p *prediction) began(r replay.Recording) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recordings = append(p.recordings, r)
}

func (p *prediction) decided(d pipeline.Decision) {
	r := p.at(d.At)
	row := predicted{
		Recording: r.Name, Time: (d.At - r.At).Seconds(), Label: d.Name, Score: d.Score, Held: d.Held, Want: r.Label,
	}
	p.printer.row(row)
	p.tally.add(r.Index, r.Label, d.Name)
}

// at is the recording that was playing at that time. Recordings that are over are forgotten: windows come in order.
func (p *prediction) at(at time.Duration) replay.Recording {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.recordings) > 1 && p.recordings[1].At <= at {
		p.recordings = p.recordings[1:]
	}
	if len(p.recordings) == 0 {
		return replay.Recording{}
	}
	return p.recordings[0]
}

// report tells accuracy, confusion and losses on standard error: the data on standard output stays clean.
func (p *prediction) report(a *app) {
	for _, cause := range slices.Sorted(maps.Keys(p.drops)) {
		a.say("%d lost: %s", p.drops[cause], cause)
	}
	if p.tally.windows == 0 {
		a.say("no decision: the input is shorter than one window")
		return
	}
	p.tally.write(a.err)
}

// discard is a recorder for decisions that only a person reads.
type discard struct{}

func (discard) Append(wire.Stream, time.Duration, []byte) error { return nil }

func scoreText(v float64) string { return fmt.Sprintf("%.3f", v) }
