package hal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Pulse keeps the Health of one source, so that every source means the same by it. Begin, Emit, Skip, Degrade, Recover
// and Finish are called by the goroutine of Run, Health by any. The zero value is not usable; see NewPulse.
type Pulse struct {
	clock clock.Clock
	fresh bool // the next block is the first of its run
	gap   bool // samples were lost before the next block
	tempo tempo

	mu     sync.Mutex
	health Health
	heard  time.Duration // when the last block was passed on; zero before the first of a run and while one is on its way
	usual  time.Duration // between two blocks; zero when the source has no fixed rate
}

// hush is the shortest silence of a source with a fixed rate that is told; that of ten blocks if it is longer.
const hush = 10 * time.Second

// NewPulse makes the pulse of a source that has not run yet.
func NewPulse(c clock.Clock) *Pulse {
	return &Pulse{clock: c, health: Health{Since: c.Boot()}}
}

// Begin starts a run.
func (p *Pulse) Begin() {
	p.fresh, p.gap = true, false
	p.tempo = tempo{}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard, p.usual, p.health.Rate, p.health.Jitter = 0, 0, 0, 0
	p.set(Starting, "")
}

// Emit counts b and passes it on. It sets Discont on the first block of a run and after Skip.
func (p *Pulse) Emit(emit func(Block), b Block) {
	b.Discont = b.Discont || p.fresh || p.gap
	rate, jitter := p.tempo.beat(b)
	p.mu.Lock()
	p.health.Rate, p.health.Jitter = rate, jitter
	p.health.Samples += uint64(b.Samples())
	if b.Discont && !p.fresh {
		p.health.Gaps++
	}
	if p.health.State == Starting {
		p.set(Running, "")
	}
	p.expect(b)
	p.mu.Unlock()
	p.fresh, p.gap = false, false
	emit(b)
	p.mu.Lock()
	p.heard = p.clock.Boot()
	p.mu.Unlock()
}

// expect notes how long it may take to the next block: as long as this one lasts, or as the one before it took.
func (p *Pulse) expect(b Block) {
	took := time.Duration(0)
	if p.heard > 0 {
		took = p.clock.Boot() - p.heard
	}
	p.heard, p.usual = 0, 0
	if b.Period > 0 {
		p.usual = max(b.Period*time.Duration(max(b.Samples(), 1)), took)
	}
}

// Skip counts samples that were read and could not be used: the next block is discontinuous.
func (p *Pulse) Skip(n uint64) {
	p.gap = true
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.Skipped += n
}

// Drop counts samples that the hardware took and nobody read: the next block is discontinuous.
func (p *Pulse) Drop(n uint64) {
	p.gap = true
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.Dropped += n
}

// Mood degrades the source for a reason, or lets it recover when there is none; what has not changed costs nothing.
func (p *Pulse) Mood(reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case reason != "" && reason != p.health.Reason:
		p.set(Degraded, reason)
	case reason == "" && p.health.State == Degraded:
		p.set(Running, "")
	}
}

// Degrade says that samples still arrive, but something is wrong.
func (p *Pulse) Degrade(reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(Degraded, reason)
}

// Recover says that it is right again.
func (p *Pulse) Recover() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(Running, "")
}

// Finish ends a run: what Run must return for err, nil when ctx was cancelled.
func (p *Pulse) Finish(ctx context.Context, err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var absent *AbsentError
	switch {
	case ctx.Err() != nil:
		p.set(Starting, "stopped")
		return nil
	case errors.Is(err, End):
		p.set(Ended, "")
	case errors.As(err, &absent):
		p.set(Absent, err.Error())
		p.health.Rate, p.health.Jitter = 0, 0
	case err != nil:
		p.set(Failed, err.Error())
		p.health.Rate, p.health.Jitter = 0, 0
	}
	return err
}

// Health is how the source is now. A source that has a fixed rate and gives nothing for long is degraded, whatever it
// waits for: a line that was cut, a device whose driver does not answer.
func (p *Pulse) Health() Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.health
	limit := max(hush, 10*p.usual)
	if h.State == Running && p.heard > 0 && p.usual > 0 && p.clock.Boot()-p.heard > limit {
		h.State, h.Reason, h.Since, h.Rate, h.Jitter = Degraded, fmt.Sprintf("no sample for more than %s", limit.Round(time.Second)), p.heard, 0, 0
	}
	return h
}

func (p *Pulse) set(s State, reason string) {
	if s != p.health.State {
		p.health.Since = p.clock.Boot()
	}
	p.health.State, p.health.Reason = s, reason
}
