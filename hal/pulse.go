package hal

import (
	"context"
	"errors"
	"sync"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Pulse keeps the Health of one source, so that every source means the same by it. Begin, Emit, Skip, Degrade, Recover
// and Finish are called by the goroutine of Run, Health by any. The zero value is not usable; see NewPulse.
type Pulse struct {
	clock clock.Clock
	fresh bool // the next block is the first of its run
	gap   bool // samples were lost before the next block
	tempo tempo

	mu      sync.Mutex
	health  Health
	silence silence
}

// NewPulse makes the pulse of a source that has not run yet.
func NewPulse(c clock.Clock) *Pulse {
	return &Pulse{clock: c, health: Health{Since: c.Boot()}}
}

// Silence replaces when and how silence is told, before the first run.
func (p *Pulse) Silence(s Silence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silence.Silence = s
}

// Begin starts a run.
func (p *Pulse) Begin() {
	p.fresh, p.gap = true, false
	p.tempo = tempo{}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silence.begin(p.clock.Boot())
	p.health.Rate, p.health.Jitter = 0, 0
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
	p.silence.expect(p.clock.Boot(), b)
	p.mu.Unlock()
	p.fresh, p.gap = false, false
	emit(b)
	p.mu.Lock()
	p.silence.heard = p.clock.Boot()
	p.mu.Unlock()
}

// Skip counts samples that were read and could not be used: the next block is discontinuous.
func (p *Pulse) Skip(n uint64) {
	p.gap = true
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.Skipped += n
	p.silence.useless(p.clock.Boot())
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
	p.silence.end()
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

// Health is how the source is now. One that gives nothing for too long (Silence) is degraded, whatever it waits for: a
// line that was cut, a device whose driver does not answer.
func (p *Pulse) Health() Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.health
	if reason, since := p.silence.told(p.clock.Boot(), h.State); reason != "" {
		h.State, h.Reason, h.Since, h.Rate, h.Jitter = Degraded, reason, since, 0, 0
	}
	return h
}

func (p *Pulse) set(s State, reason string) {
	if s != p.health.State {
		p.health.Since = p.clock.Boot()
	}
	p.health.State, p.health.Reason = s, reason
}
