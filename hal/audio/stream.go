package audio

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/pace"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	glance   = 100 * time.Millisecond // between two looks at the context
	patience = 5 * time.Second        // without a sample before the device is given up
	slack    = 50 * time.Millisecond  // that stamps of the same buffer may differ; aloop and USB go in steps of up to 10
	regret   = 10 * time.Second       // how long an overrun is told
	periods  = 4                      // in one block at most
)

var errSilent = errors.New("no samples for 5 s")

// stream is one recording.
type stream struct {
	src   *Source
	dev   *device
	set   setup
	emit  func(hal.Block)
	pace  *pace.Pace
	level *level
	pcm   []byte
	block hal.Block

	quiet time.Duration // CLOCK_BOOTTIME of the last samples
	next  time.Duration // where the sample after the last block belongs; zero before the first
	lost  bool          // samples are missing before the next block
	sorry time.Duration // until when an overrun is told
	why   string        // the reason, until then
}

func newStream(s *Source, d *device, set setup, emit func(hal.Block)) *stream {
	most := min(periods*set.period, set.buffer)
	return &stream{
		src: s, dev: d, set: set, emit: emit, pace: pace.New(hal.Hertz(set.rate)), level: newLevel(s.channels),
		pcm:   make([]byte, most*set.frame()),
		block: hal.Block{Channels: set.channels, Values: make([]float32, most*set.channels)},
	}
}

func (r *stream) run(ctx context.Context) error {
	if err := r.dev.start(); err != nil {
		return err
	}
	r.quiet = r.src.cfg.Clock.Boot()
	for ctx.Err() == nil {
		ready, err := r.dev.Wait(glance)
		if err != nil {
			return err
		}
		if ready {
			if err := r.step(ctx); err != nil {
				return err
			}
		}
		if r.src.cfg.Clock.Boot()-r.quiet > patience {
			return fmt.Errorf("read %s: %w", r.dev.where, errSilent)
		}
	}
	return nil
}

// step does what the state of the device asks for.
func (r *stream) step(ctx context.Context) error {
	now, err := r.dev.now()
	if err != nil {
		return err
	}
	switch now.state {
	case stateRunning:
		return r.take(ctx, now)
	case stateXrun, statePrepared:
		return r.overrun()
	case stateSuspended:
		return r.resume(ctx)
	case stateDisconnected:
		return fmt.Errorf("read %s: it was pulled out: %w", r.dev.where, syscall.ENODEV)
	}
	return fmt.Errorf("read %s: unexpected state %d", r.dev.where, now.state)
}

// take reads the frames that wait and emits them.
func (r *stream) take(ctx context.Context, now status) error {
	frames := min(int(now.avail), len(r.pcm)/r.set.frame())
	if frames <= 0 {
		return nil
	}
	got, err := r.dev.Read(r.pcm[:frames*r.set.frame()])
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return nil
	case errors.Is(err, syscall.EPIPE):
		return r.overrun()
	case errors.Is(err, errSuspended):
		return r.resume(ctx)
	case err != nil:
		return fmt.Errorf("read %s: %w", r.dev.where, err)
	}
	if frames = got / r.set.frame(); frames > 0 && ctx.Err() == nil {
		r.pass(frames, now)
	}
	return nil
}

// pass stamps and emits frames. The last of them was the newest at the moment of the stamp, less the frames that came
// after it and those still on their way from the converter.
func (r *stream) pass(frames int, now status) {
	boot := r.src.cfg.Clock.Boot()
	age := r.src.cfg.Kernel.Monotonic() - now.stamp + r.frames(now.delay-int64(frames))
	first, period, slipped := r.pace.Take(frames, boot-age)
	r.gap(first, slipped)
	values := r.block.Values[:frames*r.set.channels]
	r.set.format.values(values, r.pcm)
	b := r.block
	b.At, b.Period, b.Values = first, period, values
	r.quiet, r.next = boot, first+time.Duration(frames)*period
	r.src.pulse.Emit(r.emit, b)
	r.src.pulse.Mood(r.mood(boot, first, values))
}

// gap counts the samples that are missing before the first one, by the time that they would have taken. Without an
// overrun the kernel's buffer has no holes; a slip of a few milliseconds is a stamp that came late, a longer one sound
// that was lost on the way to the buffer.
func (r *stream) gap(first time.Duration, slipped bool) {
	if r.next == 0 || !r.lost && !(slipped && first-r.next > slack) {
		r.lost = false
		return
	}
	r.lost = false
	r.src.pulse.Drop(uint64(max(float64(first-r.next)/float64(time.Second)*float64(r.pace.Rate())+0.5, 1)))
}

func (r *stream) frames(n int64) time.Duration {
	return time.Duration(float64(n) / float64(r.pace.Rate()) * float64(time.Second))
}

// mood is what is wrong, in one sentence.
func (r *stream) mood(boot, first time.Duration, values []float32) string {
	why := r.level.look(first, values)
	if boot < r.sorry {
		return r.why
	}
	return why
}

// overrun starts again after the buffer was full.
func (r *stream) overrun() error {
	r.trouble("samples were lost: this machine reads them too slowly")
	return r.dev.start()
}

// resume goes on after a suspend. Hardware that cannot is started anew.
func (r *stream) resume(ctx context.Context) error {
	r.trouble("samples were lost: the sound card was suspended")
	for {
		err := r.dev.Ioctl(request(0, 0, numberResume), nil)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.ENOSYS):
			return r.dev.start()
		case !errors.Is(err, syscall.EAGAIN):
			return fmt.Errorf("resume %s: %w", r.dev.where, err)
		}
		if !clock.Wait(ctx, glance) {
			return nil
		}
	}
}

// trouble notes a loss, and logs the first of a series.
func (r *stream) trouble(why string) {
	boot := r.src.cfg.Clock.Boot()
	if boot >= r.sorry {
		r.src.cfg.Logger.Warn("sound is not recorded without a gap", "reason", why)
	}
	r.lost, r.sorry, r.why = true, boot+regret, why
	r.pace.Lost()
}
