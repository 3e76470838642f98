package replay

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a replay. File is required.
type Config struct {
	File        string          // a CSV file, or a folder of them
	Speed       float64         // 1 is real time, 2 twice as fast; 0 as fast as the samples are taken
	Loop        bool            // begin again after the last recording
	Block       int             // samples in one block; zero means about 50 ms of them, 64 with Speed 0
	Clock       clock.Clock     // nil means the system's
	OnRecording func(Recording) // called on Run's goroutine before the first block of each recording
}

// Recording is one stretch of samples that belong together: a file, or the rows of one that share the value of their
// recording and label columns.
type Recording struct {
	Index   int // counts from 0 since Run began
	Name    string
	Label   string
	At      time.Duration // CLOCK_BOOTTIME of the first sample
	Samples int
}

// Source plays recordings. Samples are stamped one period apart, from the moment of Run; the period is the recording's
// divided by Speed. A block comes when its last sample is due by the clock, so late ones catch up and nothing drifts.
// With Speed 0 nothing is waited for and the stamps run ahead of the clock. Where the recording's own time jumps, or a new
// recording begins, the block has Discont. The samples of a recording without a rate come one in a block, each at its time.
//
// A whole file is read once before it is played: what is wrong with it is an error before its first sample.
type Source struct {
	cfg   Config
	pulse *hal.Pulse

	mu       sync.Mutex
	channels []hal.Channel // of the first file, once read
}

// New makes a source; it reads nothing yet.
func New(cfg Config) *Source {
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	return &Source{cfg: cfg, pulse: hal.NewPulse(cfg.Clock)}
}

func (s *Source) String() string { return "replay " + s.cfg.File }

// Health is how the replay is now.
func (s *Source) Health() hal.Health { return s.pulse.Health() }

// Channels reads the header of the first recording; nil when there is none.
func (s *Source) Channels() []hal.Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels == nil {
		if files, err := list(s.cfg.File); err == nil {
			if h, err := readHeader(files[0]); err == nil {
				s.channels = h.Channels
			}
		}
	}
	return append([]hal.Channel(nil), s.channels...)
}

// Run plays every recording. It returns hal.End after the last one unless Loop is set.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.play(ctx, emit))
}

func (s *Source) play(ctx context.Context, emit func(hal.Block)) error {
	if s.cfg.Speed < 0 || math.IsNaN(s.cfg.Speed) || math.IsInf(s.cfg.Speed, 0) {
		return fmt.Errorf("play %s: speed %v: want 0 or more", s.cfg.File, s.cfg.Speed)
	}
	p := &player{src: s, emit: emit, at: s.cfg.Clock.Boot()}
	for {
		files, err := list(s.cfg.File)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := p.file(ctx, f); err != nil || ctx.Err() != nil {
				return err
			}
		}
		if !s.cfg.Loop {
			return hal.End
		}
	}
}
