package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/picture"
)

func grey(w, h int) hal.Picture { return hal.Picture{Width: w, Height: h, Depth: 1} }
func rgb(w, h int) hal.Picture  { return hal.Picture{Width: w, Height: h, Depth: 3} }

func convert(t testing.TB, cfg picture.Config, frame []byte) []float32 {
	t.Helper()
	c, err := picture.NewConverter(cfg)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]float32, cfg.Picture.Values())
	for i := range dst {
		dst[i] = 777 // what was there before must not show
	}
	if err := c.Convert(dst, frame); err != nil {
		t.Fatal(err)
	}
	return dst
}

func near(t *testing.T, got, want []float32, within float64) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(a, b float32) bool { return math.Abs(float64(a-b)) <= within }) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSizes: numbers by hand. Shrinking averages areas, growing draws lines between centres.
func TestSizes(t *testing.T) {
	four := []byte{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150} // 4x4
	for name, c := range map[string]struct {
		frame picture.Frame
		to    hal.Picture
		crop  bool
		in    []byte
		want  []float32
	}{
		"as it is":        {picture.Frame{Width: 2, Height: 2}, grey(2, 2), false, []byte{1, 2, 3, 4}, []float32{1, 2, 3, 4}},
		"half":            {picture.Frame{Width: 4, Height: 4}, grey(2, 2), false, four, []float32{25, 45, 105, 125}},
		"one point":       {picture.Frame{Width: 4, Height: 4}, grey(1, 1), false, four, []float32{75}},
		"three to two":    {picture.Frame{Width: 3, Height: 1}, grey(2, 1), false, []byte{30, 60, 120}, []float32{40, 100}}, // 2/3 of the outer, 1/3 of the middle
		"doubled":         {picture.Frame{Width: 2, Height: 1}, grey(4, 1), false, []byte{0, 100}, []float32{0, 25, 75, 100}},
		"grown from one":  {picture.Frame{Width: 1, Height: 1}, grey(3, 2), false, []byte{9}, []float32{9, 9, 9, 9, 9, 9}},
		"both ways":       {picture.Frame{Width: 2, Height: 2}, grey(1, 4), false, []byte{0, 20, 100, 120}, []float32{10, 35, 85, 110}},
		"squeezed":        {picture.Frame{Width: 4, Height: 2}, grey(2, 2), false, []byte{0, 10, 20, 30, 40, 50, 60, 70}, []float32{5, 25, 45, 65}},
		"cut at the side": {picture.Frame{Width: 4, Height: 2}, grey(2, 2), true, []byte{0, 10, 20, 30, 40, 50, 60, 70}, []float32{10, 20, 50, 60}},
		"cut at the top":  {picture.Frame{Width: 1, Height: 3}, grey(1, 1), true, []byte{1, 2, 3}, []float32{2}},
		"padded rows":     {picture.Frame{Width: 2, Height: 2, Stride: 3}, grey(2, 2), false, []byte{1, 2, 99, 3, 4}, []float32{1, 2, 3, 4}},
		"grey in colours": {picture.Frame{Width: 1, Height: 1}, rgb(1, 1), false, []byte{7}, []float32{7, 7, 7}},
	} {
		t.Run(name, func(t *testing.T) {
			near(t, convert(t, picture.Config{Frame: c.frame, Picture: c.to, Crop: c.crop}, c.in), c.want, 1e-4)
		})
	}
}

// TestColours: the colour bars of BT.601 at 100 % (Rec. ITU-R BT.601-7, and the table of every vectorscope manual):
// red is Y 81, Cb 90, Cr 240; blue is Y 41, Cb 240, Cr 110; white 235, black 16.
func TestColours(t *testing.T) {
	bars := []byte{81, 90, 81, 240, 41, 240, 41, 110, 235, 128, 16, 128}
	frame := picture.Frame{Format: picture.YUYV, Width: 6, Height: 1}
	red, blue := []float32{255, 0, 0}, []float32{0, 0, 255}
	want := slices.Concat(red, red, blue, blue, []float32{255, 255, 255, 0, 0, 0})
	near(t, convert(t, picture.Config{Frame: frame, Picture: rgb(6, 1)}, bars), want, 2)
	near(t, convert(t, picture.Config{Frame: frame, Picture: grey(6, 1)}, bars), []float32{75.68, 75.68, 29.11, 29.11, 255, 0}, 0.01)
	frame.Full = true
	near(t, convert(t, picture.Config{Frame: frame, Picture: grey(6, 1)}, bars), []float32{81, 81, 41, 41, 235, 16}, 0)

	planar := []byte{81, 81, 81, 81, 90, 240} // 2x2 of red
	near(t, convert(t, picture.Config{Frame: picture.Frame{Format: picture.I420, Width: 2, Height: 2}, Picture: rgb(2, 2)}, planar),
		slices.Concat(red, red, red, red), 2)
	padded := []byte{81, 81, 0, 0, 81, 81, 0, 0, 90, 0, 240, 0}
	near(t, convert(t, picture.Config{Frame: picture.Frame{Format: picture.I420, Width: 2, Height: 2, Stride: 4}, Picture: rgb(1, 1)}, padded), red, 2)
	near(t, convert(t, picture.Config{Frame: picture.Frame{Format: picture.RGB, Width: 1, Height: 1}, Picture: rgb(1, 1)}, []byte{1, 2, 3}), []float32{1, 2, 3}, 0)
	near(t, convert(t, picture.Config{Frame: picture.Frame{Format: picture.RGB, Width: 1, Height: 1}, Picture: grey(1, 1)}, []byte{100, 200, 50}), []float32{153}, 1e-3)
}

// shot is a JPEG of one colour.
func shot(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func plain(w, h int, c color.Color) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.Set(i%w, i/w, c)
	}
	return img
}

// bare is a JPEG without its Huffman tables, as many cameras send it.
func bare(t testing.TB, data []byte) []byte {
	t.Helper()
	out := slices.Clone(data[:2])
	for at := 2; ; {
		n := 2 + int(data[at+2])<<8 + int(data[at+3])
		if data[at+1] == 0xda {
			return append(out, data[at:]...)
		}
		if data[at+1] != 0xc4 {
			out = append(out, data[at:at+n]...)
		}
		at += n
	}
}

func TestJPEG(t *testing.T) {
	colour := shot(t, plain(16, 8, color.RGBA{R: 200, G: 100, B: 50, A: 255}))
	mono := shot(t, image.NewGray(image.Rect(0, 0, 16, 8)))
	frame := picture.Frame{Format: picture.JPEG, Width: 16, Height: 8}
	near(t, convert(t, picture.Config{Frame: frame, Picture: rgb(1, 1)}, colour), []float32{200, 100, 50}, 2)
	near(t, convert(t, picture.Config{Frame: frame, Picture: grey(1, 1)}, colour), []float32{124.2}, 2)
	near(t, convert(t, picture.Config{Frame: frame, Picture: rgb(1, 1)}, bare(t, colour)), []float32{200, 100, 50}, 2)
	near(t, convert(t, picture.Config{Frame: frame, Picture: rgb(2, 1)}, mono), make([]float32, 6), 2)
}

// TestBadFrames: what cannot be used is an error.
func TestBadFrames(t *testing.T) {
	whole := shot(t, plain(16, 8, color.White))
	for name, c := range map[string]struct {
		frame picture.Frame
		in    []byte
	}{
		"short grey":     {picture.Frame{Width: 2, Height: 2}, []byte{1, 2, 3}},
		"short i420":     {picture.Frame{Format: picture.I420, Width: 2, Height: 2}, make([]byte, 5)},
		"empty jpeg":     {picture.Frame{Format: picture.JPEG, Width: 16, Height: 8}, nil},
		"no jpeg":        {picture.Frame{Format: picture.JPEG, Width: 16, Height: 8}, []byte("hello, world")},
		"half a jpeg":    {picture.Frame{Format: picture.JPEG, Width: 16, Height: 8}, whole[:len(whole)/2]},
		"jpeg too large": {picture.Frame{Format: picture.JPEG, Width: 8, Height: 8}, whole},
	} {
		p, err := picture.NewConverter(picture.Config{Frame: c.frame, Picture: grey(1, 1)})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Convert(make([]float32, 1), c.in); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	ok, _ := picture.NewConverter(picture.Config{Frame: picture.Frame{Width: 1, Height: 1}, Picture: grey(1, 1)})
	if err := ok.Convert(make([]float32, 2), []byte{1}); err == nil {
		t.Error("a picture of another size: accepted")
	}
}

func TestConfigIsChecked(t *testing.T) {
	good := picture.Frame{Width: 4, Height: 4}
	for name, c := range map[string]picture.Config{
		"no width":      {Frame: picture.Frame{Height: 4}, Picture: grey(1, 1)},
		"huge":          {Frame: picture.Frame{Width: 8192, Height: 8192}, Picture: grey(1, 1)},
		"odd yuyv":      {Frame: picture.Frame{Format: picture.YUYV, Width: 3, Height: 1}, Picture: grey(1, 1)},
		"odd i420":      {Frame: picture.Frame{Format: picture.I420, Width: 2, Height: 1}, Picture: grey(1, 1)},
		"short stride":  {Frame: picture.Frame{Width: 4, Height: 4, Stride: 3}, Picture: grey(1, 1)},
		"no format":     {Frame: picture.Frame{Format: 99, Width: 4, Height: 4}, Picture: grey(1, 1)},
		"depth":         {Frame: good, Picture: hal.Picture{Width: 1, Height: 1, Depth: 2}},
		"no picture":    {Frame: good},
		"huge picture":  {Frame: good, Picture: rgb(8192, 2048)},
		"overflow":      {Frame: picture.Frame{Width: math.MaxInt, Height: math.MaxInt}, Picture: grey(1, 1)},
		"huge stride":   {Frame: picture.Frame{Width: 4, Height: 4, Stride: math.MaxInt}, Picture: grey(1, 1)},
		"no such names": {Frame: good, Picture: hal.Picture{Width: -1, Height: -1, Depth: 1}},
	} {
		if _, err := picture.NewConverter(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for s, want := range map[string]picture.Format{"grey": picture.Grey, "yuv420": picture.I420, "mjpeg": picture.JPEG} {
		if f, err := picture.ParseFormat(s); err != nil || f != want {
			t.Errorf("format %q is %v, %v", s, f, err)
		}
	}
	if _, err := picture.ParseFormat("h264"); err == nil {
		t.Error("h264: accepted")
	}
}

func TestWatch(t *testing.T) {
	w := picture.NewWatch(time.Second)
	a, b := []byte{1, 2, 3}, []byte{1, 2, 4}
	for i, c := range []struct {
		at    time.Duration
		frame []byte
		want  judge.Verdict
	}{{0, a, judge.Good}, {time.Second, a, judge.Good}, {time.Second + 1, a, judge.Useless}, {2 * time.Second, b, judge.Good}, {3 * time.Second, b, judge.Good}} {
		if v, why := w.Frame(c.at, c.frame); v != c.want || (v != judge.Good) != (why != "") {
			t.Errorf("frame %d: %v (%s), want %v", i, v, why, c.want)
		}
	}
	if v, _ := picture.NewWatch(-1).Frame(time.Hour, a); v != judge.Good {
		t.Error("a watch that is off judges")
	}
	if v, why := w.Picture([]float32{0, 3, 15}); v != judge.Suspect || why == "" {
		t.Errorf("black picture: %v (%s)", v, why)
	}
	if v, _ := w.Picture([]float32{0, 3, 17}); v != judge.Good {
		t.Errorf("dark picture: %v", v)
	}
}

func TestNoAllocations(t *testing.T) {
	for _, f := range []picture.Format{picture.Grey, picture.YUYV, picture.RGB, picture.I420} {
		frame := picture.Frame{Format: f, Width: 64, Height: 48}
		c, err := picture.NewConverter(picture.Config{Frame: frame, Picture: rgb(32, 32)})
		if err != nil {
			t.Fatal(err)
		}
		in, dst, w := make([]byte, frame.Bytes()), make([]float32, 32*32*3), picture.NewWatch(0)
		if n := testing.AllocsPerRun(20, func() {
			_ = c.Convert(dst, in)
			w.Frame(0, in)
		}); n != 0 {
			t.Errorf("%v: %v allocations per frame", f, n)
		}
	}
}

// FuzzJPEG: whatever a camera sends, Convert ends, and what it accepts lies within 0 and 255.
func FuzzJPEG(f *testing.F) {
	whole := shot(f, plain(16, 8, color.RGBA{R: 200, A: 255}))
	f.Add(whole)
	f.Add(bare(f, whole))
	f.Add(whole[:len(whole)/2])
	f.Add([]byte{0xff, 0xd8, 0xff, 0xff, 0xda, 0, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := picture.NewConverter(picture.Config{Frame: picture.Frame{Format: picture.JPEG, Width: 16, Height: 8}, Picture: rgb(5, 3)})
		if err != nil {
			t.Fatal(err)
		}
		dst := make([]float32, 45)
		if c.Convert(dst, data) != nil {
			return
		}
		for _, v := range dst {
			if !(v >= 0 && v < 255.01) {
				t.Fatalf("value %v", v)
			}
		}
	})
}

func BenchmarkConvert(b *testing.B) {
	for name, f := range map[string]picture.Format{"grey": picture.Grey, "yuyv": picture.YUYV} {
		for _, p := range []hal.Picture{grey(96, 96), rgb(224, 224)} {
			b.Run(name+" "+p.String(), func(b *testing.B) {
				frame := picture.Frame{Format: f, Width: 640, Height: 480}
				c, err := picture.NewConverter(picture.Config{Frame: frame, Picture: p})
				if err != nil {
					b.Fatal(err)
				}
				in, dst := make([]byte, frame.Bytes()), make([]float32, p.Values())
				b.ReportAllocs()
				for b.Loop() {
					if err := c.Convert(dst, in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
