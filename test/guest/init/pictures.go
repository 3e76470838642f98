package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/camera"
	"github.com/dunlin-iot/dunlin/hal/picture"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// The smallest frames of vivid's webcam.
const frameWidth, frameHeight = 320, 180

// bars are the colours of the 75 % bars from left to right, as red, green and blue that are there or not.
var bars = [8][3]float64{{1, 1, 1}, {1, 1, 0}, {0, 1, 1}, {0, 1, 0}, {1, 0, 1}, {1, 0, 0}, {0, 0, 1}, {0, 0, 0}}

// luma is what each colour adds to the luminance of a grey picture: vivid takes that of ITU-R BT.709.
var luma = [3]float64{0.2126, 0.7152, 0.0722}

// want is the value of a bar: of one colour, or its luminance where the picture has only that.
func want(bar [3]float64, depth, colour int) float64 {
	const level = 0.75 * 255
	if depth == 3 {
		return level * bar[colour]
	}
	return level * (bar[0]*luma[0] + bar[1]*luma[1] + bar[2]*luma[2])
}

// pictureFacts are what the host logs.
type pictureFacts struct {
	Format  string  `json:"format,omitempty"`
	Worst   float64 `json:"worst"` // difference from the colour that a bar has, of 255
	Frames  int     `json:"frames"`
	Missed  int     `json:"missed,omitempty"` // by the frames' times
	Dropped uint64  `json:"dropped,omitempty"`
	Rate    float64 `json:"rate_hz"`
	Age     float64 `json:"age_ms"` // of the newest frame when it came
}

// colourBars takes pictures in each format of the camera and looks at every bar; a format that it has not is refused.
func colourBars(ctx context.Context, _ *host, _ []string) (any, error) {
	v, err := openVivid()
	if err != nil {
		return nil, err
	}
	var all []pictureFacts
	for _, f := range []picture.Format{picture.Grey, picture.YUYV, picture.I420, picture.RGB} {
		facts, bad := v.bars(ctx, f)
		all, err = append(all, facts), errors.Join(err, bad)
	}
	return all, errors.Join(err, v.refused(ctx), v.Close())
}

func (v *vivid) bars(ctx context.Context, f picture.Format) (pictureFacts, error) {
	p := hal.Picture{Width: frameWidth, Height: frameHeight, Depth: 3}
	if f == picture.Grey {
		p.Depth = 1
	}
	facts := pictureFacts{Format: f.String()}
	where := ""
	h, err := v.watch(ctx, camera.Config{Device: v.path, Picture: p, Formats: []picture.Format{f}, Rate: 30}, 5, func(b hal.Block) {
		facts.Frames++
		facts.Age = (clock.System{}.Boot() - b.At).Seconds() * 1e3
		if worst, at := farthest(b.Values, p); worst > facts.Worst {
			facts.Worst, where = worst, at
		}
	})
	facts.Rate = float64(h.Rate)
	if err == nil && facts.Worst > 4 { // 8 bits of luminance and of colour differences, which vivid rounds down
		err = fmt.Errorf("%s: %s is %g beside the colour of the bar", f, where, facts.Worst)
	}
	if err == nil && (facts.Age < 0 || facts.Age > 5000) {
		err = fmt.Errorf("%s: a frame is %g ms old", f, facts.Age)
	}
	return facts, err
}

// farthest is the largest difference of any point from its bar, but for those near the edges, where colours mix.
func farthest(values []float32, p hal.Picture) (worst float64, where string) {
	width := p.Width / len(bars)
	for i, v := range values {
		colour, x := i%p.Depth, i/p.Depth%p.Width
		if x%width < 3 || x%width >= width-3 {
			continue
		}
		if d := math.Abs(float64(v) - want(bars[x/width], p.Depth, colour)); d > worst {
			worst, where = d, fmt.Sprintf("colour %d of point %d in row %d", colour, x, i/p.Depth/p.Width)
		}
	}
	return worst, where
}

// watch takes n pictures.
func (v *vivid) watch(ctx context.Context, cfg camera.Config, n int, look func(hal.Block)) (h hal.Health, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := camera.New(cfg)
	came := 0
	err = s.Run(ctx, func(b hal.Block) {
		look(b)
		if came++; came >= n {
			h = s.Health()
			stop()
		}
	})
	if err == nil && came < n {
		err = fmt.Errorf("%d pictures came, want %d: %w", came, n, context.Cause(ctx))
	}
	return h, err
}

// refused asks for JPEG, which vivid does not make.
func (v *vivid) refused(ctx context.Context) error {
	p := hal.Picture{Width: frameWidth, Height: frameHeight, Depth: 3}
	err := camera.New(camera.Config{Device: v.path, Picture: p, Formats: []picture.Format{picture.JPEG}}).Run(ctx, func(hal.Block) {})
	var absent *hal.AbsentError
	if !errors.As(err, &absent) || !strings.Contains(err.Error(), "yuyv 320x180") {
		return fmt.Errorf("frames as JPEG: %w, want a refusal that says what there is", err)
	}
	return nil
}

// droppedFrames has the camera drop a third of its frames at random while its numbers run over the end of 32 bits. How
// many are missing shows in the times of those that come.
func droppedFrames(ctx context.Context, _ *host, _ []string) (any, error) {
	v, err := openVivid()
	if err != nil {
		return nil, err
	}
	err = errors.Join(v.set(perDropped, 33), v.set(wrapNumbers, 1))
	var facts pictureFacts
	if err == nil {
		facts, err = v.count(ctx)
	}
	return facts, errors.Join(err, v.set(perDropped, 0), v.set(wrapNumbers, 0), v.Close())
}

// wraps is how many frames come before the numbers begin again at zero: vivid starts 128 before that.
const wraps = 128

func (v *vivid) count(ctx context.Context) (f pictureFacts, err error) {
	p := hal.Picture{Width: 64, Height: 36, Depth: 1}
	var last time.Duration
	discont := 0
	h, err := v.watch(ctx, camera.Config{Device: v.path, Picture: p, Formats: []picture.Format{picture.Grey}, Rate: 60}, wraps, func(b hal.Block) {
		f.Frames++
		if last > 0 {
			f.Missed += int(math.Round(float64(b.At-last)/float64(b.Period))) - 1
			if b.Discont {
				discont++
			}
		}
		last = b.At
	})
	f.Dropped, f.Rate = h.Dropped, float64(h.Rate)
	few := 4 + f.Missed/20 // before the first one some may be missing, too; a busy host makes times late
	switch diff := int(f.Dropped) - f.Missed; {
	case err != nil:
	case f.Missed < wraps/5:
		err = fmt.Errorf("%d frames are missing beside %d: the camera was told to drop 33 %%", f.Missed, f.Frames)
	case diff < -few || diff > few:
		err = fmt.Errorf("%d frames are counted as dropped, %d are missing by their times", f.Dropped, f.Missed)
	case discont == 0 || discont > f.Missed:
		err = fmt.Errorf("%d blocks tell of a gap, %d frames are missing", discont, f.Missed)
	}
	return f, err
}

// pulledCamera takes the camera away while it is watched.
func pulledCamera(ctx context.Context, _ *host, _ []string) (any, error) {
	v, err := openVivid()
	if err != nil {
		return nil, err
	}
	frames := 0
	var pulled error
	p := hal.Picture{Width: 64, Height: 36, Depth: 1}
	_, err = v.watch(ctx, camera.Config{Device: v.path, Picture: p, Rate: 30}, 1000, func(hal.Block) {
		if frames++; frames == 3 {
			pulled = v.set(disconnect, 1)
		}
	})
	facts := map[string]any{"frames": frames, "told": fmt.Sprint(err)}
	if err := errors.Join(pulled, v.Close()); err != nil {
		return facts, err
	}
	if !errors.Is(err, syscall.ENODEV) || frames > 3+8 { // those that were under way
		return facts, fmt.Errorf("%w after %d frames, want %w", err, frames, syscall.ENODEV)
	}
	return facts, nil
}
