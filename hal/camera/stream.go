package camera

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/picture"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	glance   = 100 * time.Millisecond // between two looks at the context
	patience = 5 * time.Second        // without a frame before the camera is given up
	tolerate = 10                     // failed frames in a row
)

var errSilent = errors.New("no frames for 5 s")

// stream is one run of an open camera.
type stream struct {
	src     *Source
	dev     *device
	set     setup
	emit    func(hal.Block)
	convert *picture.Converter
	watch   *picture.Watch
	arg     []byte // struct v4l2_buffer
	block   hal.Block

	quiet  time.Duration // CLOCK_BOOTTIME of the last frame
	begun  bool          // number holds
	number uint32        // of the last frame
	want   time.Duration // between two pictures when not every frame is one; else zero
	due    time.Duration // when the next picture is, then
	failed int           // in a row
	frozen time.Duration // when the first frozen frame of a row was taken; zero for none
}

func newStream(s *Source, d *device, set setup, emit func(hal.Block)) (*stream, error) {
	c, err := picture.NewConverter(picture.Config{Frame: set.frame, Picture: s.cfg.Picture, Crop: s.cfg.Crop})
	if err != nil {
		return nil, err
	}
	n := s.cfg.Picture.Values()
	r := &stream{
		src: s, dev: d, set: set, emit: emit, convert: c, watch: s.watch, arg: make([]byte, set.layout.size),
		block: hal.Block{Channels: n, Period: set.period, Values: make([]float32, n)},
	}
	if want := s.cfg.Rate.Period(); want > 0 && (set.period == 0 || float64(want) > 1.1*float64(set.period)) {
		r.want, r.block.Period = want, want
	}
	return r, nil
}

func (r *stream) run(ctx context.Context) error {
	if err := r.dev.stream(true); err != nil {
		return fmt.Errorf("start %s: %w", r.dev.where, err)
	}
	err := r.frames(ctx)
	if offErr := r.dev.stream(false); err == nil && offErr != nil {
		err = fmt.Errorf("stop %s: %w", r.dev.where, offErr)
	}
	return err
}

func (r *stream) frames(ctx context.Context) error {
	r.quiet = r.src.cfg.Clock.Boot()
	for ctx.Err() == nil {
		ready, err := r.dev.Wait(glance)
		if err != nil {
			return err
		}
		if ready {
			if err := r.next(ctx); err != nil {
				return err
			}
		}
		if r.src.cfg.Clock.Boot()-r.quiet > patience {
			return fmt.Errorf("read %s: %w", r.dev.where, errSilent)
		}
	}
	return nil
}

// next takes one frame and gives its buffer back.
func (r *stream) next(ctx context.Context) error {
	r.set.layout.fill(r.arg, 0)
	err := r.dev.Ioctl(request(dirBoth, len(r.arg), numberDequeue), r.arg)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		clock.Wait(ctx, glance/10) // ready, and yet nothing there: a driver in trouble must not keep us busy
		return nil
	case errors.Is(err, syscall.EIO):
		return r.fail(ctx, "the driver lost a frame", err)
	case err != nil:
		return fmt.Errorf("read %s: %w", r.dev.where, err)
	}
	f := r.set.layout.frame(r.arg)
	if int(f.index) >= len(r.set.buffers) {
		return fmt.Errorf("read %s: the driver gives buffer %d of %d", r.dev.where, f.index, len(r.set.buffers))
	}
	r.quiet = r.src.cfg.Clock.Boot()
	if ctx.Err() == nil {
		if err := r.frame(ctx, f); err != nil {
			return err
		}
	}
	r.set.layout.fill(r.arg, f.index)
	if err := r.dev.Ioctl(request(dirBoth, len(r.arg), numberQueue), r.arg); err != nil {
		return fmt.Errorf("give buffer back to %s: %w", r.dev.where, err)
	}
	return nil
}

// frame judges and passes on one frame.
func (r *stream) frame(ctx context.Context, f frame) error {
	at := r.time(f)
	missed := r.missed(f.sequence)
	if r.want > 0 {
		if missed = r.late(at); missed < 0 {
			return nil // not due
		}
	}
	if missed > 0 {
		r.src.pulse.Drop(uint64(missed))
	}
	memory := r.set.buffers[f.index]
	if f.flags&flagError != 0 {
		return r.fail(ctx, "the camera sent a damaged frame", errors.New("a damaged frame"))
	}
	bytes := memory[:min(int(f.used), len(memory))]
	if v, why := r.watch.Frame(at, bytes); v == judge.Useless {
		return r.stands(at, why)
	}
	r.frozen = 0
	if err := r.convert.Convert(r.block.Values, bytes); err != nil {
		return r.fail(ctx, err.Error(), err)
	}
	r.failed = 0
	_, why := r.watch.Picture(r.block.Values)
	r.block.At = max(at, r.block.At+1)
	r.src.pulse.Emit(r.emit, r.block)
	r.src.pulse.Mood(why)
	return nil
}

// stands skips a frame of a frozen camera. One that stays so is opened anew, which starts most again.
func (r *stream) stands(at time.Duration, why string) error {
	r.src.pulse.Skip(1)
	r.src.pulse.Mood(why)
	if r.frozen == 0 {
		r.frozen = at
	}
	if at-r.frozen > patience {
		return fmt.Errorf("read %s: %s", r.dev.where, why)
	}
	return nil
}

// time is when a frame was taken, on CLOCK_BOOTTIME. A driver that does not stamp with the monotonic clock is not
// believed: then it is now.
func (r *stream) time(f frame) time.Duration {
	boot, mono := r.quiet, r.src.cfg.Kernel.Monotonic()
	if f.flags&stampMask != stampMono || f.stamp <= 0 || f.stamp > mono {
		return boot
	}
	return boot - (mono - f.stamp)
}

// missed is how many frames nobody took, by their numbers. Drivers that do not count always say the same.
func (r *stream) missed(number uint32) int {
	gap := number - r.number - 1
	known := r.begun
	r.begun, r.number = true, number
	if !known || gap > 1<<16 {
		return 0
	}
	return int(gap)
}

// late is how many pictures are missing before the one of this frame, or -1 when it is not due. A frame is due from
// half its period before the time on.
func (r *stream) late(at time.Duration) int {
	if r.due == 0 {
		r.due = at
	}
	if at < r.due-r.set.period/2 {
		return -1
	}
	n := int((at - r.due + r.set.period/2) / r.want)
	r.due += time.Duration(n+1) * r.want
	return n
}

// fail counts a frame that is of no use; many in a row end the run.
func (r *stream) fail(ctx context.Context, mood string, err error) error {
	r.src.pulse.Skip(1)
	if r.failed++; r.failed >= tolerate {
		return fmt.Errorf("read %s: %d frames in a row: %w", r.dev.where, r.failed, err)
	}
	r.src.pulse.Mood(mood)
	if errors.Is(err, syscall.EIO) {
		clock.Wait(ctx, glance/10)
	}
	return nil
}
