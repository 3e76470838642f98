package lsm6ds

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/fifo"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/registers"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// DefaultAddress is that of a chip with SDO/SA0 at ground; 0x6b with SA0 at VDDIO.
const DefaultAddress = 0x6A

// Config of a source. Bus or SPI is required; whoever runs the source closes what they opened.
type Config struct {
	Bus     func() (i2c.BusCloser, error)
	SPI     func() (spi.PortCloser, error) // instead of Bus
	Where   string                         // "i2c-1", for people
	Address uint16                         // zero means DefaultAddress
	Rate    hal.Hertz                      // of samples: 12.5, 26, 52, 104, 208, 416, 833, 1667, 3333 or 6667; zero means 104
	// Every is the time between two drains of the FIFO; zero means 20 ms or half of what the FIFO holds, whichever is
	// less, but at least one sample. For NewPolled it is the time between two samples, which Rate then only has to
	// exceed; zero means 100 ms.
	Every  time.Duration
	Accel  int          // full scale in g: 2, 4, 8 or 16; zero means 4
	Gyro   int          // full scale in degrees per second: 125, 250, 500, 1000 or 2000; zero means 500
	Clock  clock.Clock  // nil means the system's
	Logger *slog.Logger // nil discards
}

// settings are a Config that was looked up in the tables.
type settings struct {
	cfg         Config
	what        string
	code        uint8 // output data rate
	accel, gyro scale
	bad         error // what the tables do not have: told when the chip is opened
}

// New makes a source that drains the FIFO.
func New(cfg Config) *fifo.Source {
	s := look(cfg)
	every := cfg.Every
	if every <= 0 {
		every = max(min(20*time.Millisecond, s.cfg.Rate.Period()*fifoWords/4), s.cfg.Rate.Period())
	}
	return fifo.New(fifo.Config{
		What: s.what, Channels: channels, Rate: s.cfg.Rate, Every: every, Rules: s.rules(s.cfg.Rate.Period()),
		Open:  func(ctx context.Context) (fifo.Chip, error) { return s.openQueue(ctx) },
		Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

// NewPolled makes a source that asks for one sample at a time. It sets the chip to a rate at which each is a new one.
func NewPolled(cfg Config) *poll.Source {
	if cfg.Every <= 0 {
		cfg.Every = 100 * time.Millisecond
	}
	if cfg.Rate <= 0 {
		cfg.Rate = fastEnough(cfg.Every)
	}
	s := look(cfg)
	return poll.New(poll.Config{
		What: s.what, Channels: channels, Every: cfg.Every, Rules: s.rules(cfg.Every),
		Open:  func(ctx context.Context) (poll.Chip, error) { return s.openRegisters(ctx) },
		Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

// fastEnough is the lowest rate that has a new sample for every poll, though chips be 5 % slow and polls early.
func fastEnough(every time.Duration) hal.Hertz {
	for _, o := range odr {
		if o.rate.Period() < every*3/4 {
			return o.rate
		}
	}
	return odr[len(odr)-1].rate
}

func look(cfg Config) *settings {
	s := &settings{cfg: cfg}
	s.cfg.Address = cmp.Or(cfg.Address, DefaultAddress)
	s.cfg.Rate = cmp.Or(cfg.Rate, 104)
	s.what = fmt.Sprintf("lsm6ds at %s 0x%02x", cfg.Where, s.cfg.Address)
	if cfg.SPI != nil {
		s.what = "lsm6ds at " + cfg.Where
	}
	s.accel = s.find("accelerometer range", accelScale[:], cmp.Or(cfg.Accel, 4))
	s.gyro = s.find("gyroscope range", gyroScale[:], cmp.Or(cfg.Gyro, 500))
	for _, o := range odr {
		if o.rate == s.cfg.Rate {
			s.code = o.code
		}
	}
	if s.code == 0 {
		s.bad = fmt.Errorf("open %s: rate of %g Hz: the chip has 12.5, 26, 52, 104, 208, 416, 833, 1667, 3333, 6667", s.what, float64(s.cfg.Rate))
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

// gyroNoise is in rad/s per root hertz (DS12814, table 2: 3.8 mdps), over a third of the output rate (AN5192, table of
// the bandwidths of LPF2).
const gyroNoise = 3.8e-3 * math.Pi / 180

// rules: a value at the end of its range is clipped. The noise of the accelerometer (70 ug per root hertz) is near a step
// of its widest range, so none stands still for a thousand samples. That of the gyroscope is a tenth of its widest
// one's at the slowest rates: at rest, in the middle of a step, it may stand still for hours.
func (s *settings) rules(period time.Duration) []judge.Rule {
	stuck := max(1000*period, 10*time.Second)
	a := judge.Rule{Clip: 32766.5 * s.accel.step, Stuck: stuck}
	g := judge.Rule{Clip: 32766.5 * s.gyro.step, Stuck: stuck}
	if gyroNoise*math.Sqrt(float64(s.cfg.Rate)/3) < s.gyro.step/5 {
		g.Stuck = 0
	}
	return []judge.Rule{a, a, a, g, g, g}
}

func (s *settings) connect() (*registers.Conn, error) {
	if s.cfg.SPI != nil {
		return registers.SPI(s.cfg.SPI, registers.SPIConfig{Speed: 10 * physic.MegaHertz, Mode: spi.Mode3})
	}
	return registers.I2C(s.cfg.Bus, s.cfg.Address)
}
