package camera_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/camera"
	"github.com/dunlin-iot/dunlin/hal/camera/cameratest"
	"github.com/dunlin-iot/dunlin/hal/picture"
)

// logTo writes what a camera was set to as "grey 640x480".
func logTo(w *strings.Builder) func(*camera.Config) {
	return func(c *camera.Config) {
		c.Logger = slog.New(slog.NewTextHandler(frameLog{w}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

type frameLog struct{ w *strings.Builder }

var frameLine = regexp.MustCompile(`format=(\S+) width=(\d+) height=(\d+)`)

func (l frameLog) Write(p []byte) (int, error) {
	l.w.WriteString(frameLine.ReplaceAllString(string(p), "$1 ${2}x$3"))
	return len(p), nil
}

// steady is a camera whose waits always last 10 ms and allocate nothing.
type steady struct{ *cameratest.Camera }

type steadyFile struct{ camera.File }

func (s steady) Open(path string) (camera.File, error) {
	f, err := s.Camera.Open(path)
	return steadyFile{f}, err
}

func (steadyFile) Wait(time.Duration) (bool, error) {
	time.Sleep(10 * time.Millisecond)
	return true, nil
}

// TestRefused: what cannot be had is absent, and the sentence says what to do.
func TestRefused(t *testing.T) {
	bayer := cameratest.Config{Driver: "rp1-cfe", Modes: []cameratest.Mode{{Code: "pRAA"}, {Code: "RG10"}}}
	for name, c := range map[string]struct {
		cam    cameratest.Config
		change func(*camera.Config)
		refuse error
		want   []string
	}{
		"raw sensor":     {bayer, nil, nil, []string{"driver rp1-cfe offers pRAA, RG10", "process driver", "rpicam-vid"}},
		"planes only":    {cameratest.Config{Caps: 1<<12 | 1<<26, Driver: "bcm2835-isp"}, nil, nil, []string{"driver bcm2835-isp", "libcamera", "rpicam-vid"}},
		"a codec":        {cameratest.Config{Caps: 1<<15 | 1<<26, Driver: "bcm2835-codec"}, nil, nil, []string{"is no camera", "dunlin sources ls"}},
		"size":           {cameratest.Config{}, func(c *camera.Config) { c.Width, c.Height = 800, 600 }, nil, []string{"offers grey 320x240, grey 640x480"}},
		"format":         {cameratest.Config{}, func(c *camera.Config) { c.Formats = []picture.Format{picture.JPEG} }, nil, []string{"format or size", "offers grey 320x240"}},
		"no such device": {cameratest.Config{}, func(c *camera.Config) { c.Device = "/dev/video7" }, nil, []string{"camera /dev/video7", "plug it in"}},
		"permission":     {cameratest.Config{}, nil, fs.ErrPermission, []string{"sudo usermod -aG video dunlin"}},
		"busy":           {cameratest.Config{}, nil, syscall.EBUSY, []string{"sudo fuser -v /dev/video0"}},
	} {
		t.Run(name, func(t *testing.T) {
			cam := cameratest.New(c.cam)
			cam.Refuse(c.refuse)
			err := lens(cam, func(cfg *camera.Config) {
				if c.change != nil {
					c.change(cfg)
				}
			}).Run(t.Context(), func(hal.Block) { t.Error("emitted") })
			var gone *hal.AbsentError
			if !errors.As(err, &gone) {
				t.Fatalf("%v, want absence", err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
		})
	}
}

// TestImpossible: mistakes that no camera could serve are errors of another kind.
func TestImpossible(t *testing.T) {
	for name, change := range map[string]func(*camera.Config){
		"no picture":  func(c *camera.Config) { c.Picture = hal.Picture{} },
		"depth of 2":  func(c *camera.Config) { c.Picture.Depth = 2 },
		"half a size": func(c *camera.Config) { c.Width = 640 },
		"no device":   func(c *camera.Config) { c.Device = "" },
	} {
		var gone *hal.AbsentError
		err := lens(cameratest.New(cameratest.Config{}), change).Run(t.Context(), func(hal.Block) { t.Errorf("%s: emitted", name) })
		if err == nil || errors.As(err, &gone) {
			t.Errorf("%s: %v, want an error that is no absence", name, err)
		}
	}
}

// TestTimesOf64Bits: a kernel that no longer knows times of 32 bits serves 32-bit programs by the other structure.
func TestTimesOf64Bits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cam := cameratest.New(cameratest.Config{NoTime32: true})
		began := awake{cam}.Boot()
		if err := take(t, lens(cam), 3, func(i int, b hal.Block) {
			if want := began + time.Duration(i+1)*10*time.Millisecond; b.At != want {
				t.Errorf("picture %d at %v, want %v", i, b.At, want)
			}
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestList(t *testing.T) {
	root := t.TempDir()
	for _, n := range []string{"video10", "video0"} {
		dir := filepath.Join(root, "sys/class/video4linux", n)
		if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "name"), []byte(n+" of Model\n"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := camera.List(root, cameratest.New(cameratest.Config{Modes: []cameratest.Mode{{Code: "YUYV"}, {Code: "H264"}}}))
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	if d := all[0]; d.Path != "/dev/video0" || d.Name != "video0 of Model" || d.Driver != "uvcvideo" || !slices.Equal(d.Formats, []string{"YUYV", "H264"}) || !d.Usable || d.Err != nil {
		t.Errorf("%+v", d)
	}
	if d := all[1]; d.Path != "/dev/video10" || !errors.Is(d.Err, syscall.ENOENT) || d.Usable {
		t.Errorf("%+v", d)
	}
	all, err = camera.List(root, cameratest.New(cameratest.Config{Caps: 1 << 15}))
	if err != nil || len(all) != 1 || all[0].Path != "/dev/video10" {
		t.Errorf("a codec is listed as a camera: %+v, %v", all, err)
	}
	if all, err := camera.List(t.TempDir(), nil); err != nil || all != nil {
		t.Errorf("a machine without cameras: %+v, %v", all, err)
	}
}
