package audiotest

import (
	"math"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal/audio"
)

// Cards and PCMs are the texts of /proc/asound for the card of this model and a loudspeaker beside it.
const (
	Cards = " 0 [Speaker        ]: bcm2835 - bcm2835 Headphones\n                      bcm2835 Headphones\n" +
		" 1 [Mic            ]: USB-Audio - Good Microphone\n                      Maker Good Microphone at usb-1.2, full speed\n"
	PCMs = "00-00: bcm2835 Headphones : bcm2835 Headphones : playback 8\n01-00: USB Audio : USB Audio : capture 1\n"
	Path = "/dev/snd/pcmC1D0c"
)

// Config of a card. Zero fields are those of a cheap USB microphone that starts when it is told to.
type Config struct {
	Formats  []uint    // numbers of snd_pcm_format_t; nil means S16_LE
	Channels [2]uint32 // fewest and most; zero means 1 and 2
	Rates    []uint32  // nil means 16000, 44100, 48000
	Period   [2]uint32 // frames; zero means 64 to 4096
	Buffer   [2]uint32 // frames; zero means 128 to 8192
	Speed    float64   // of the card's quartz; zero means 1
	Delay    int64     // frames on their way from the converter
	// Signal is the sound, from -1 to 1; nil means a quiet sawtooth.
	Signal func(frame int64, channel int) float64
}

// Card is the model. It is a kernel with one capture device.
type Card struct {
	cfg   Config
	began time.Time

	wake chan struct{} // one slot: something has changed

	mu       sync.Mutex
	refuse   error
	unplug   bool
	mute     bool // the card runs and gives nothing
	resumes  int  // how often a resume says EAGAIN
	pcm      *pcm // nil while closed
	overruns int
}

// New makes a card.
func New(cfg Config) *Card {
	if cfg.Formats == nil {
		cfg.Formats = []uint{2}
	}
	if cfg.Channels == [2]uint32{} {
		cfg.Channels = [2]uint32{1, 2}
	}
	if cfg.Rates == nil {
		cfg.Rates = []uint32{16000, 44100, 48000}
	}
	if cfg.Period == [2]uint32{} {
		cfg.Period = [2]uint32{64, 4096}
	}
	if cfg.Buffer == [2]uint32{} {
		cfg.Buffer = [2]uint32{128, 8192}
	}
	if cfg.Speed == 0 {
		cfg.Speed = 1
	}
	if cfg.Signal == nil {
		cfg.Signal = func(frame int64, channel int) float64 { return float64((frame+int64(channel))%100)/1000 - 0.05 }
	}
	return &Card{cfg: cfg, began: time.Now(), wake: make(chan struct{}, 1)}
}

// Monotonic is the time since the card was made.
func (c *Card) Monotonic() time.Duration { return time.Since(c.began) }

// Open opens the capture device; a second time it is busy.
func (c *Card) Open(path string) (audio.PCM, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.refuse != nil:
		return nil, c.refuse
	case c.unplug || path != Path:
		return nil, syscall.ENOENT
	case c.pcm != nil:
		return nil, syscall.EBUSY
	}
	c.pcm = &pcm{card: c, state: stateOpen}
	return c.pcm, nil
}

// Refuse makes Open fail; nil lets it succeed again.
func (c *Card) Refuse(err error) { c.change(func() { c.refuse = err }) }

// Unplug pulls the card out.
func (c *Card) Unplug() { c.change(func() { c.unplug = true }) }

// Mute lets the card run on without a sample.
func (c *Card) Mute() { c.change(func() { c.mute = true }) }

// Suspend puts the card to sleep; it says EAGAIN to the first resumes, and -1 says that it cannot resume.
func (c *Card) Suspend(resumes int) {
	c.change(func() {
		c.resumes = resumes
		if c.pcm != nil && c.pcm.state == stateRunning {
			c.pcm.state = stateSuspended
		}
	})
}

func (c *Card) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Overruns is how often the buffer was full.
func (c *Card) Overruns() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.overruns
}

// sample is one value as the hardware writes it, in the upper bits of 32.
func (c *Card) sample(frame int64, channel int) int32 {
	v := math.Round(c.cfg.Signal(frame, channel) * (1 << 31))
	return int32(min(max(v, math.MinInt32), math.MaxInt32))
}
