package adxl345

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
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

// DefaultAddress is that of a chip with ALT ADDRESS at ground; 0x1d with it at VDD I/O.
const DefaultAddress = 0x53

const (
	step      = 9.80665 / 256 // m/s2 in a step (table 1 of the sheet)
	holds     = 32            // samples in the FIFO
	fastest   = 3200          // Hz, code 15 of BW_RATE; every code below is half of the next (table 7)
	slowest   = 6.25
	mostOnI2C = 800
	// onSPI is the clock: at 1.6 MHz and below, sending the register's number alone takes the 5 us that the chip wants
	// between two samples, to move the next one out of its FIFO into the output registers (sheet, "retrieving data from
	// FIFO"; the kernel's adxl345_spi.c waits above 1.5 MHz). The chip could do 5 MHz; at this clock a sample takes 37 us,
	// an eighth of the shortest period.
	onSPI = 1500 * physic.KiloHertz
)

// Config of a source. Bus or SPI is required; whoever runs the source closes what they opened.
type Config struct {
	Bus     func() (i2c.BusCloser, error)
	SPI     func() (spi.PortCloser, error) // instead of Bus
	Where   string                         // "i2c-1", for people
	Address uint16                         // zero means DefaultAddress
	Rate    hal.Hertz                      // of samples: 6.25, 12.5, 25, 50, 100, 200, 400, 800; over SPI 1600 and 3200; zero means 100
	// Every is the time between two drains of the FIFO; zero means 20 ms or half of what the FIFO holds, whichever is
	// less, but at least one sample. For NewPolled it is the time between two samples; zero means 100 ms.
	Every  time.Duration
	Range  int          // full scale in g: 2, 4, 8 or 16; zero means 16
	Clock  clock.Clock  // nil means the system's
	Logger *slog.Logger // nil discards
}

var channels = []hal.Channel{{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}, {Name: "az", Unit: "m/s2"}}

// settings are a Config in the chip's codes.
type settings struct {
	cfg    Config
	what   string
	rate   uint8 // BW_RATE
	format uint8 // DATA_FORMAT
	bad    error // what the chip does not have: told when it is opened
}

// New makes a source that drains the FIFO.
func New(cfg Config) *fifo.Source {
	s := look(cfg)
	period := s.cfg.Rate.Period()
	every := cfg.Every
	if every <= 0 {
		every = max(min(20*time.Millisecond, period*holds/2), period)
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
		for cfg.Rate = slowest; cfg.Rate < mostOnI2C && cfg.Rate.Period() > cfg.Every*3/4; {
			cfg.Rate *= 2
		}
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
	s.cfg.Range = cmp.Or(cfg.Range, 16)
	s.what = fmt.Sprintf("adxl345 at %s 0x%02x", cfg.Where, s.cfg.Address)
	most := hal.Hertz(mostOnI2C)
	if cfg.SPI != nil {
		s.what, most = "adxl345 at "+cfg.Where, fastest
	}
	halvings := math.Log2(fastest / float64(s.cfg.Rate))
	if s.cfg.Rate < slowest || s.cfg.Rate > most || halvings != math.Trunc(halvings) {
		s.bad = fmt.Errorf("open %s: rate of %g Hz: the chip has 6.25 doubled up to %g on this bus", s.what, float64(s.cfg.Rate), float64(most))
		return s
	}
	s.rate = 15 - uint8(halvings)
	const fullResolution = 0x08
	switch s.cfg.Range {
	case 2, 4, 8, 16:
		s.format = fullResolution | uint8(math.Log2(float64(s.cfg.Range))) - 1
	default:
		s.bad = fmt.Errorf("open %s: range of %d g: the chip has 2, 4, 8 and 16", s.what, s.cfg.Range)
	}
	return s
}

// rules: a value at the end of the range is clipped. The noise is about one step at 100 Hz (table 1: 0.75 to 1.1), so no
// axis stands still for a thousand samples. At the slowest rate, with a sixteenth of that bandwidth, an axis may.
func (s *settings) rules(period time.Duration) []judge.Rule {
	r := judge.Rule{Clip: (float64(s.cfg.Range)*256 - 1.5) * step, Stuck: max(1000*period, 10*time.Second)}
	if s.cfg.Rate <= slowest {
		r.Stuck = 0
	}
	return []judge.Rule{r, r, r}
}

func (s *settings) connect() (*registers.Conn, error) {
	if s.cfg.SPI != nil {
		return registers.SPI(s.cfg.SPI, registers.SPIConfig{Speed: onSPI, Mode: spi.Mode3, Multi: 0x40})
	}
	return registers.I2C(s.cfg.Bus, s.cfg.Address)
}
