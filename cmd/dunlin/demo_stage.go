package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// stage listens to the agent: recordings begin, decisions are made; both go into the tally and onto the screen.
type stage struct {
	tally tally
	mu    sync.Mutex
	view  demoView
	clock clock.Clock
	began time.Duration
}

func newStage(a *app, page string) *stage {
	s := &stage{clock: clock.System{}}
	s.began = s.clock.Boot()
	s.view = demoView{out: a.out, live: a.colour(), page: page}
	return s
}

func (s *stage) elapsed() time.Duration { return s.clock.Boot() - s.began }

// deps adds the two listeners to what a daemon shares.
func (s *stage) deps(d deps) deps {
	d.onRecording = func(_ string, r replay.Recording) { s.tally.begin(r.Name, r.Label, r.At) }
	d.onDecision = func(_ string, p pipeline.Decision) { s.decided(p) }
	return d
}

func (s *stage) decided(p pipeline.Decision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, want := s.tally.decided(p.Name, p.At)
	s.view.add(demoRow{after: p.At - s.began, recording: name, want: want, got: p.Name, score: p.Score}, s.tally.score())
}

const demoConfig = `device: {id: demo-watch, tags: {site: desk}}
hub: {url: %q, tenant: dev}
state: %q
control: {socket: %q}
models: {roots: [%q]}
log: {level: warn}
sources: {watch: {driver: replay, file: %q, speed: 1, loop: true}}
pipelines: {activity: {source: watch, model: motions@1, decide: {report: all}}}
spool: {commit: {every: 500ms, quiet: 5s}}
`

// writeDemoConfig writes an ordinary configuration file: the demo takes no way of its own into the agent.
func writeDemoConfig(f demoFlags, dir, mqtt string) (string, error) {
	recordings, err := filepath.Abs(f.recordings)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf(demoConfig, mqtt, filepath.Join(dir, "state"), filepath.Join(dir, "control.sock"), filepath.Join(dir, "models"), recordings)
	if f.runtime != "" {
		text += fmt.Sprintf("runtime: {tflite: %q}\n", f.runtime)
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write demo configuration: %w", err)
	}
	return path, nil
}
