package camera_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/camera"
	"github.com/dunlin-iot/dunlin/hal/camera/cameratest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/picture"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var small = hal.Picture{Width: 8, Height: 6, Depth: 1}

// awake is a clock that has slept for a minute more than the camera's.
type awake struct{ cam *cameratest.Camera }

func (a awake) Boot() time.Duration { return a.cam.Monotonic() + time.Minute }
func (a awake) Wall() time.Time     { return time.Now() }

// lens is a source on a camera; change may set more.
func lens(cam *cameratest.Camera, change ...func(*camera.Config)) *camera.Source {
	cfg := camera.Config{Device: cameratest.Path, Picture: small, Kernel: cam, Clock: awake{cam}}
	for _, c := range change {
		c(&cfg)
	}
	return camera.New(cfg)
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Picture: small,
		Endless: func(*testing.T) hal.Source { return lens(cameratest.New(cameratest.Config{})) },
		Broken: func(*testing.T) hal.Source {
			cam := cameratest.New(cameratest.Config{})
			return &broken{lens(cam), cam}
		},
		Absent: func(*testing.T) hal.Source {
			return lens(cameratest.New(cameratest.Config{}), func(c *camera.Config) { c.Device = "/dev/video9" })
		},
	})
}

// broken is pulled out at its third picture.
type broken struct {
	*camera.Source
	cam *cameratest.Camera
}

func (b *broken) Run(ctx context.Context, emit func(hal.Block)) error {
	n := 0
	return b.Source.Run(ctx, func(block hal.Block) {
		emit(block)
		if n++; n == 3 {
			b.cam.Unplug()
		}
	})
}

// take runs a source until it has given n pictures, or by itself to its end. each sees every one.
func take(t *testing.T, s *camera.Source, n int, each func(i int, b hal.Block)) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	i := 0
	return s.Run(ctx, func(b hal.Block) {
		if each != nil {
			each(i, b)
		}
		if i++; i >= n {
			cancel()
		}
	})
}

// fill makes frames of one byte.
func fill(b byte) func([]byte, uint32) int {
	return func(memory []byte, number uint32) int {
		for i := range memory {
			memory[i] = b
		}
		memory[len(memory)-1] = byte(number) // no two frames are the same
		return len(memory)
	}
}

func jpegOf(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 200
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestModes: the cheapest format in the smallest size that covers the picture.
func TestModes(t *testing.T) {
	yuyv := cameratest.Mode{Code: "YUYV", Sizes: [][2]uint32{{640, 480}, {320, 240}, {160, 120}}}
	mjpg := cameratest.Mode{Code: "MJPG", Sizes: [][2]uint32{{320, 240}}}
	grey := cameratest.Mode{Code: "GREY", Sizes: [][2]uint32{{64, 64}, {640, 480}}}
	steps := cameratest.Mode{Code: "GREY", Steps: &[6]uint32{32, 640, 16, 24, 480, 8}}
	wide := hal.Picture{Width: 200, Height: 100, Depth: 1}
	for name, c := range map[string]struct {
		modes  []cameratest.Mode
		change func(*camera.Config)
		want   string // format and size of the frames
	}{
		"grey before colours":      {[]cameratest.Mode{yuyv, grey}, nil, "grey 64x64"},
		"the smallest that covers": {[]cameratest.Mode{yuyv}, func(c *camera.Config) { c.Picture = wide }, "yuyv 320x240"},
		"raw before jpeg":          {[]cameratest.Mode{mjpg, yuyv}, nil, "yuyv 160x120"},
		"jpeg if it must":          {[]cameratest.Mode{mjpg}, nil, "mjpeg 320x240"},
		"wanted format":            {[]cameratest.Mode{mjpg, yuyv}, func(c *camera.Config) { c.Formats = []picture.Format{picture.JPEG} }, "mjpeg 320x240"},
		"wanted size":              {[]cameratest.Mode{grey, yuyv}, func(c *camera.Config) { c.Width, c.Height = 320, 240 }, "yuyv 320x240"},
		"colours of colours":       {[]cameratest.Mode{grey, yuyv}, func(c *camera.Config) { c.Picture.Depth = 3 }, "yuyv 160x120"},
		"too small is enlarged":    {[]cameratest.Mode{mjpg}, func(c *camera.Config) { c.Picture = hal.Picture{Width: 400, Height: 300, Depth: 1} }, "mjpeg 320x240"},
		"covers before small":      {[]cameratest.Mode{mjpg, grey}, func(c *camera.Config) { c.Picture = wide }, "grey 640x480"},
		"steps":                    {[]cameratest.Mode{steps}, func(c *camera.Config) { c.Picture = hal.Picture{Width: 100, Height: 25, Depth: 1} }, "grey 112x32"},
		"steps from the least":     {[]cameratest.Mode{steps}, nil, "grey 32x24"},
		"steps, wanted size":       {[]cameratest.Mode{steps}, func(c *camera.Config) { c.Width, c.Height = 640, 480 }, "grey 640x480"},
		"no sizes told":            {[]cameratest.Mode{{Code: "GREY"}}, nil, "grey 160x120"},
	} {
		synctest.Test(t, func(t *testing.T) {
			still := jpegOf(t, 320, 240)
			cam := cameratest.New(cameratest.Config{Modes: c.modes, Frame: func(memory []byte, number uint32) int {
				if len(memory) == 320*240 { // JPEG, with a tail that differs
					return copy(memory, append(still[:len(still):len(still)], byte(number)))
				}
				return fill(100)(memory, number)
			}})
			var log strings.Builder
			s := lens(cam, logTo(&log), func(cfg *camera.Config) {
				if c.change != nil {
					c.change(cfg)
				}
			})
			if err := take(t, s, 2, func(_ int, b hal.Block) {
				if b.Channels != s.Picture().Values() || s.Picture().Depth == 1 && b.Values[0] < 90 {
					t.Errorf("%s: %d channels, first value %v", name, b.Channels, b.Values[0])
				}
			}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if !strings.Contains(log.String(), c.want) {
				t.Errorf("%s: %s, want %s", name, log.String(), c.want)
			}
		})
	}
}

// TestPictures: rows with padding, ranges of luminance, values where they belong.
func TestPictures(t *testing.T) {
	sizes := [][2]uint32{{8, 6}}
	rows := func(memory []byte, number uint32) int { // row y is 20*y, the padding 255
		for i := range memory {
			memory[i] = 255
			if x := i % (8 + 4); x < 8 {
				memory[i] = byte(20*(i/12)) + byte(number%2)
			}
		}
		return len(memory)
	}
	for name, c := range map[string]struct {
		cam  cameratest.Config
		want float32 // of the first point of row 5
	}{
		"padded rows": {cameratest.Config{Padding: 4, Frame: rows, Modes: []cameratest.Mode{{Code: "GREY", Sizes: sizes}}}, 100},
		"video range": {cameratest.Config{Frame: fill(125), Modes: []cameratest.Mode{{Code: "YUYV", Sizes: sizes}}}, (125 - 16) * 255. / 219},
		"full range":  {cameratest.Config{Frame: fill(125), Quant: 1, Modes: []cameratest.Mode{{Code: "YUYV", Sizes: sizes}}}, 125},
		"jpeg range":  {cameratest.Config{Frame: fill(125), Colours: 7, Modes: []cameratest.Mode{{Code: "YUYV", Sizes: sizes}}}, 125},
		"planes":      {cameratest.Config{Frame: fill(125), Quant: 1, Modes: []cameratest.Mode{{Code: "YU12", Sizes: sizes}}}, 125},
	} {
		synctest.Test(t, func(t *testing.T) {
			if err := take(t, lens(cameratest.New(c.cam)), 1, func(_ int, b hal.Block) {
				if d := b.Values[5*8] - c.want; d < -0.01 || d > 0.01 {
					t.Errorf("%s: %v, want %v", name, b.Values[5*8], c.want)
				}
			}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestTimes: a picture carries the time at which its frame was complete, on CLOCK_BOOTTIME, however late it is read.
func TestTimes(t *testing.T) {
	for name, stamps := range map[string]uint32{"kernel": 0x2000, "unknown clock": 0x10000} {
		synctest.Test(t, func(t *testing.T) {
			cam := cameratest.New(cameratest.Config{Stamps: stamps})
			began := awake{cam}.Boot()
			if err := take(t, lens(cam), 6, func(i int, b hal.Block) {
				want := began + time.Duration(i+1)*10*time.Millisecond
				if stamps != 0x2000 {
					want = awake{cam}.Boot()
				}
				if b.At != want || b.Period != 10*time.Millisecond {
					t.Errorf("%s: picture %d at %v, want %v", name, i, b.At, want)
				}
				time.Sleep(15 * time.Millisecond) // the reader is slower than the camera
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestDropped: frames that nobody took are counted, whoever lost them.
func TestDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cam := cameratest.New(cameratest.Config{})
		s := lens(cam)
		var gaps []int
		if err := take(t, s, 40, func(i int, b hal.Block) {
			if b.Discont {
				gaps = append(gaps, i)
			}
			switch i {
			case 5:
				cam.Skip(3)
			case 20:
				time.Sleep(205 * time.Millisecond) // 20 frames; three buffers were free
			}
		}); err != nil {
			t.Fatal(err)
		}
		h := s.Health()
		if h.Dropped != 3+17 || h.Gaps != 2 || len(gaps) != 3 || gaps[1] != 6 || gaps[2] != 24 {
			t.Errorf("gaps at %v, %+v", gaps, h)
		}
	})
}

// TestRate: of a fast camera only as many frames are looked at as are wanted.
func TestRate(t *testing.T) {
	for name, c := range map[string]struct {
		cam    cameratest.Config
		rate   hal.Hertz
		period time.Duration
	}{
		"the camera's own": {cameratest.Config{}, 0, 10 * time.Millisecond},
		"it can":           {cameratest.Config{Rates: []uint32{30, 20, 10}}, 20, 50 * time.Millisecond},
		"one of ten":       {cameratest.Config{}, 10, 100 * time.Millisecond},
		"not a divisor":    {cameratest.Config{Rates: []uint32{30}}, 12, 83333333},
		"no rate told":     {cameratest.Config{NoParm: true}, 5, 200 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			cam := cameratest.New(c.cam)
			s := lens(cam, func(cfg *camera.Config) { cfg.Rate = c.rate })
			var first, last time.Duration
			if err := take(t, s, 31, func(i int, b hal.Block) {
				if i == 0 {
					first = b.At
				}
				last = b.At
			}); err != nil {
				t.Fatal(err)
			}
			if per := (last - first) / 30; per < c.period-c.period/50 || per > c.period+c.period/50 {
				t.Errorf("%s: a picture every %v, want %v", name, per, c.period)
			}
			if h := s.Health(); h.Dropped+h.Gaps != 0 {
				t.Errorf("%s: %+v", name, h)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		cam := cameratest.New(cameratest.Config{})
		s := lens(cam, func(cfg *camera.Config) { cfg.Rate = 10 })
		if err := take(t, s, 10, func(i int, _ hal.Block) {
			if i == 3 {
				cam.Skip(25) // two pictures fall due meanwhile; the next frame stands for the second of them
			}
		}); err != nil {
			t.Fatal(err)
		}
		if h := s.Health(); h.Dropped != 1 || h.Gaps != 1 {
			t.Errorf("%+v", h)
		}
	})
}

// TestMoods: what a camera that works would not give.
func TestMoods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dark := false
		cam := cameratest.New(cameratest.Config{Frame: func(memory []byte, number uint32) int {
			switch {
			case number >= 20 && number < 60: // frozen for 400 ms
				return fill(99)(memory, 19)
			case number >= 80:
				dark = true
				n := fill(3)(memory, number)
				memory[n-1] = byte(number % 8)
				return n
			case number == 70:
				return 17 // bytes of 76,800
			}
			return fill(100)(memory, number)
		}})
		s := lens(cam, func(c *camera.Config) { c.Stuck = 100 * time.Millisecond })
		reasons := map[string]int{}
		if err := take(t, s, 75, func(int, hal.Block) { reasons[s.Health().Reason]++ }); err != nil {
			t.Fatal(err)
		}
		h := s.Health()
		// Frames 20 to 59 are the same; the first of them begins the stretch, those within 100 ms of it still count.
		if h.Skipped != 40-11+1 || h.Gaps != 2 || !dark {
			t.Errorf("%+v", h)
		}
		for _, want := range []string{"frozen", "want 76800", "black"} {
			if !strings.Contains(strings.Join(keys(reasons), "|"), want) {
				t.Errorf("moods %v, want one with %q", reasons, want)
			}
		}
	})
}

func keys(m map[string]int) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

func TestBroken(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(*cameratest.Camera)
		want  error
		text  string
	}{
		"pulled out":    {(*cameratest.Camera).Unplug, syscall.ENODEV, ""},
		"stalled":       {(*cameratest.Camera).Stall, nil, "no frames for 5 s"},
		"all damaged":   {func(c *cameratest.Camera) { c.Damage(1000) }, nil, "10 frames in a row"},
		"a few damaged": {func(c *cameratest.Camera) { c.Damage(9) }, nil, "survives"},
		"driver lost":   {func(c *cameratest.Camera) { c.Lose(1000) }, syscall.EIO, "10 frames in a row"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cam := cameratest.New(cameratest.Config{})
			s := lens(cam)
			err := take(t, s, 50, func(i int, _ hal.Block) {
				if i == 5 {
					c.fault(cam)
				}
			})
			if c.text == "survives" {
				if h := s.Health(); err != nil || h.Skipped != 9 || h.Gaps != 1 {
					t.Errorf("%s: %v, %+v", name, err, h)
				}
				return
			}
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestNoAllocations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cam := cameratest.New(cameratest.Config{})
		s := lens(cam, func(c *camera.Config) { c.Kernel = steady{cam} })
		var before, after runtime.MemStats
		if err := take(t, s, 150, func(i int, _ hal.Block) {
			switch i {
			case 40:
				runtime.ReadMemStats(&before)
			case 140:
				runtime.ReadMemStats(&after)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if got := after.Mallocs - before.Mallocs; got > 20 { // the runtime's own
			t.Errorf("%d allocations for 100 pictures, want none", got)
		}
	})
}
