package mpu6050

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/fifo"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// DefaultAddress is that of a chip with AD0 at ground; 0x69 with AD0 at VDD.
const DefaultAddress = 0x68

// Config of a source. Bus is required; whoever runs the source closes what it opened.
type Config struct {
	Bus     func() (i2c.BusCloser, error)
	Where   string    // "i2c-1", for people
	Address uint16    // zero means DefaultAddress
	Rate    hal.Hertz // of samples: 1000 divided by 1 to 250, so at least 4; zero means 100
	// Every is the time between two drains of the FIFO; zero means 20 ms or half of what the smallest FIFO holds,
	// whichever is less, but at least one sample. For NewPolled it is the time between two samples; zero means 100 ms.
	Every  time.Duration
	Accel  int          // full scale in g: 2, 4, 8 or 16; zero means 4
	Gyro   int          // full scale in degrees per second: 250, 500, 1000 or 2000; zero means 500
	Clock  clock.Clock  // nil means the system's
	Logger *slog.Logger // nil discards
}

// settings are a Config that was looked up in the tables.
type settings struct {
	cfg         Config
	what        string
	divider     uint8
	filter      uint8
	band        float64 // of the filter, Hz
	accel, gyro scale
	bad         error // what the tables do not have: told when the chip is opened
}

// New makes a source that drains the FIFO.
func New(cfg Config) *fifo.Source {
	s := look(cfg)
	period := s.cfg.Rate.Period()
	every := cfg.Every
	if every <= 0 {
		every = max(min(20*time.Millisecond, period*512/sampleSize/2), period)
	}
	return fifo.New(fifo.Config{
		What: s.what, Channels: channels, Rate: s.cfg.Rate, Every: every, Rules: s.rules(period),
		Open:  func(ctx context.Context) (fifo.Chip, error) { return s.openQueue(ctx) },
		Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

// NewPolled makes a source that asks for one sample at a time, of a chip that makes more than it is asked for.
func NewPolled(cfg Config) *poll.Source {
	if cfg.Every <= 0 {
		cfg.Every = 100 * time.Millisecond
	}
	if cfg.Rate <= 0 {
		divider := math.Floor(cfg.Every.Seconds() * 3 / 4 * internal)
		cfg.Rate = hal.Hertz(internal / max(1, min(divider, 250)))
	}
	s := look(cfg)
	return poll.New(poll.Config{
		What: s.what, Channels: channels, Every: cfg.Every, Rules: s.rules(cfg.Every),
		Open:  func(ctx context.Context) (poll.Chip, error) { return s.openRegisters(ctx) },
		Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

func look(cfg Config) *settings {
	s := &settings{cfg: cfg}
	s.cfg.Address = cmp.Or(cfg.Address, DefaultAddress)
	s.cfg.Rate = cmp.Or(cfg.Rate, 100)
	s.what = fmt.Sprintf("mpu6050 at %s 0x%02x", cfg.Where, s.cfg.Address)
	s.accel = s.find("accelerometer range", accelScale[:], cmp.Or(cfg.Accel, 4))
	s.gyro = s.find("gyroscope range", gyroScale[:], cmp.Or(cfg.Gyro, 500))
	by := internal / float64(s.cfg.Rate)
	if whole := math.Round(by); whole < 1 || whole > 250 || math.Abs(by-whole) > 0.01 {
		s.bad = fmt.Errorf("open %s: rate of %g Hz: the chip has 1000 divided by a whole number up to 250", s.what, float64(s.cfg.Rate))
		return s
	}
	s.divider = uint8(math.Round(by)) - 1
	s.cfg.Rate = hal.Hertz(internal / math.Round(by))
	for _, f := range filters {
		if s.cfg.Rate >= f.rate {
			s.filter, s.band = f.code, f.band
			break
		}
	}
	return s
}

func (s *settings) find(name string, all []scale, span int) scale {
	i := slices.IndexFunc(all, func(x scale) bool { return x.span == span })
	if i < 0 {
		s.bad = fmt.Errorf("open %s: %s of %d: the chip has none such", s.what, name, span)
		return all[0]
	}
	return all[i]
}

// gyroNoise is in rad/s per root hertz (PS-MPU-6000A-00, 6.1: 0.005 dps; the later chips have twice as much).
const gyroNoise = 0.005 * math.Pi / 180

// rules: a value at the end of its range is clipped. The noise of the accelerometer (6.2: 400 ug per root hertz) is more
// than a step of its widest range, so none stands still for a thousand samples. That of the gyroscope is a sixth of a
// step of its widest range behind the narrowest filter: at rest, in the middle of a step, it may stand still for minutes.
func (s *settings) rules(period time.Duration) []judge.Rule {
	stuck := max(1000*period, 10*time.Second)
	a := judge.Rule{Clip: 32766.5 * s.accel.step, Stuck: stuck}
	g := judge.Rule{Clip: 32766.5 * s.gyro.step, Stuck: stuck}
	if gyroNoise*math.Sqrt(s.band) < s.gyro.step/5 {
		g.Stuck = 0
	}
	return []judge.Rule{a, a, a, g, g, g}
}
