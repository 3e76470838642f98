package ads1115

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a source. Bus is required.
type Config struct {
	Bus     func() (i2c.BusCloser, error) // opens the bus for this source, which closes it
	Where   string                        // "i2c-1", for people
	Address uint16                        // 0x48 to 0x4b by the ADDR pin; zero means 0x48
	Every   time.Duration                 // between two samples; zero means 100 ms
	// Inputs are what is measured, in this order: "0" to "3" against ground, or "0-1", "0-3", "1-3", "2-3". Empty means
	// input 0.
	Inputs []string
	// FullScale is the largest magnitude in volts: 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256; zero means 4.096. No
	// input may see more than the supply plus 0.3 V whatever this is.
	FullScale float64
	// Rate is in conversions per second: 8, 16, 32, 64, 128, 250, 475 or 860; zero means 128. Slower is less noisy.
	Rate   int
	Clock  clock.Clock  // nil means the system's
	Logger *slog.Logger // nil discards
}

// muxes are the settings of MUX, table 8 of the data sheet.
var muxes = map[string]uint16{"0-1": 0, "0-3": 1, "1-3": 2, "2-3": 3, "0": 4, "1": 5, "2": 6, "3": 7}

// scales are the settings of PGA in volts.
var scales = []float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256}

// rates are the settings of DR.
var rates = []int{8, 16, 32, 64, 128, 250, 475, 860}

// New makes a source; the chip is opened by Run. Channels are "a0" for input 0 and "a0a1" for the pair 0-1, in "V".
func New(cfg Config) *poll.Source {
	if cfg.Address == 0 {
		cfg.Address = 0x48
	}
	if cfg.Every == 0 {
		cfg.Every = 100 * time.Millisecond
	}
	if len(cfg.Inputs) == 0 {
		cfg.Inputs = []string{"0"}
	}
	if cfg.FullScale == 0 {
		cfg.FullScale = 4.096
	}
	if cfg.Rate == 0 {
		cfg.Rate = 128
	}
	channels := make([]hal.Channel, len(cfg.Inputs))
	rules := make([]judge.Rule, len(cfg.Inputs))
	for i, in := range cfg.Inputs {
		channels[i] = hal.Channel{Name: channelName(in), Unit: "V"}
		rules[i] = judge.Rule{Clip: float64(volts(math.MaxInt16, cfg.FullScale))}
	}
	return poll.New(poll.Config{
		What:     fmt.Sprintf("ads1115 at %s 0x%02x", cfg.Where, cfg.Address),
		Channels: channels, Every: cfg.Every, Rules: rules, Clock: cfg.Clock, Logger: cfg.Logger,
		Open: func(ctx context.Context) (poll.Chip, error) { return open(ctx, cfg) },
	})
}

func channelName(input string) string {
	name := ""
	for _, r := range input {
		if r != '-' {
			name += "a" + string(r)
		}
	}
	return name
}

// volts converts a code: full scale is 2^15 counts (section 9.3.3), so that the largest code is one count less.
func volts(code int16, fullScale float64) float32 { return float32(float64(code) * fullScale / 32768) }

// open checks the configuration, then that the chip keeps what is written to it.
func open(ctx context.Context, cfg Config) (poll.Chip, error) {
	c := &chip{
		what: "ads1115 at " + cfg.Where, addr: cfg.Address, scale: cfg.FullScale,
		period: time.Duration(float64(time.Second) / float64(cfg.Rate)), clock: cfg.Clock,
	}
	if c.clock == nil {
		c.clock = clock.System{}
	}
	if err := c.plan(cfg); err != nil {
		return nil, fmt.Errorf("open %s: %w", c.what, err)
	}
	bus, err := periphbus.Open(cfg.Bus)
	if err != nil {
		return nil, err
	}
	c.bus = bus
	if err := c.start(ctx); err != nil {
		return nil, closing(bus, err)
	}
	return c, nil
}

func closing(bus i2c.BusCloser, err error) error {
	if closeErr := bus.Close(); closeErr != nil {
		return fmt.Errorf("%w (and the bus would not close: %w)", err, closeErr)
	}
	return err
}
