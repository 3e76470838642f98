package cameratest

import (
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal/camera"
)

// Path is the model's device.
const Path = "/dev/video0"

// Mode is one format of a camera with its sizes.
type Mode struct {
	Code  string      // "YUYV"
	Sizes [][2]uint32 // discrete; nil means that the driver does not tell
	Steps *[6]uint32  // instead: width from, to, step; height from, to, step
}

// Config of a camera. Zero fields are those of a monochrome USB camera.
type Config struct {
	Modes    []Mode   // nil means GREY of 320x240 and 640x480
	Rates    []uint32 // frames per second; nil means 100 only; the first one at the start
	Caps     uint32   // nil means capture and streaming
	Driver   string
	Padding  uint32 // bytes after each row
	Colours  uint32 // v4l2_pix_format.colorspace
	Quant    uint32 // v4l2_pix_format.quantization
	Stamps   uint32 // flags of the stamps' clock; zero means V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC
	NoTime32 bool   // a kernel without CONFIG_COMPAT_32BIT_TIME
	NoParm   bool   // no VIDIOC_G_PARM
	// Frame fills the memory of a frame and returns how much of it counts; nil writes a moving pattern.
	Frame func(memory []byte, number uint32) int
}

// Camera is the model. It is a kernel with one camera.
type Camera struct {
	cfg   Config
	began time.Time
	wake  chan struct{} // one slot: something has changed

	mu     sync.Mutex
	refuse error
	unplug bool
	stall  bool
	damage int // frames to be flagged as damaged
	lose   int // dequeues that say EIO
	skip   int // frames to be lost on the way
	file   *file
}

// New makes a camera.
func New(cfg Config) *Camera {
	if cfg.Modes == nil {
		cfg.Modes = []Mode{{Code: "GREY", Sizes: [][2]uint32{{320, 240}, {640, 480}}}}
	}
	if cfg.Rates == nil {
		cfg.Rates = []uint32{100}
	}
	if cfg.Caps == 0 {
		cfg.Caps = 1<<0 | 1<<26
	}
	if cfg.Driver == "" {
		cfg.Driver = "uvcvideo"
	}
	if cfg.Stamps == 0 {
		cfg.Stamps = 0x2000
	}
	if cfg.Frame == nil {
		cfg.Frame = func(memory []byte, number uint32) int {
			for i := range memory {
				memory[i] = byte(uint32(i) + number)
			}
			return len(memory)
		}
	}
	return &Camera{cfg: cfg, began: time.Now(), wake: make(chan struct{}, 1)}
}

// Monotonic is the time since the camera was made, and a bit more: no stamp is zero.
func (c *Camera) Monotonic() time.Duration { return time.Since(c.began) + time.Second }

// Open opens the camera.
func (c *Camera) Open(path string) (camera.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.refuse != nil:
		return nil, c.refuse
	case c.unplug || path != Path:
		return nil, syscall.ENOENT
	}
	f := &file{cam: c, rate: c.cfg.Rates[0]}
	c.file = f
	return f, nil
}

// Refuse makes Open fail; nil lets it succeed again.
func (c *Camera) Refuse(err error) { c.change(func() { c.refuse = err }) }

// Unplug pulls the camera out.
func (c *Camera) Unplug() { c.change(func() { c.unplug = true }) }

// Stall lets the camera run on without a frame.
func (c *Camera) Stall() { c.change(func() { c.stall = true }) }

// Damage flags the next n frames as damaged.
func (c *Camera) Damage(n int) { c.change(func() { c.damage = n }) }

// Lose makes the next n dequeues fail with EIO.
func (c *Camera) Lose(n int) { c.change(func() { c.lose = n }) }

// Skip loses the next n frames on the way to the host.
func (c *Camera) Skip(n int) { c.change(func() { c.skip = n }) }

func (c *Camera) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}
