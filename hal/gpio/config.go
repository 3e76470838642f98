package gpio

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Mode is what a source makes of a line.
type Mode string

const (
	Level   Mode = "level"   // the level, polled; the zero value means this too
	Edge    Mode = "edge"    // one sample for each edge, the level after it, stamped by the kernel
	Counter Mode = "counter" // edges per interval, and their rate
)

// Edges are the edges that count.
type Edges string

const (
	NoEdges Edges = ""
	Rising  Edges = "rising"
	Falling Edges = "falling"
	Both    Edges = "both"
)

// Bias is the pull resistor inside the chip.
type Bias string

const (
	AsIs     Bias = "" // as the device tree or the last user left it
	PullUp   Bias = "pull-up"
	PullDown Bias = "pull-down"
	NoPull   Bias = "disabled"
)

// Config of a source. Line is required; Chip too when Line is a number and there is more than one chip.
type Config struct {
	Chip      string // name or label: "gpiochip0", "/dev/gpiochip0", "pinctrl-bcm2711"; empty looks at all
	Line      string // offset or name: "17", "GPIO17"
	Mode      Mode
	Edges     Edges // that make samples or are counted; zero means Both for Edge, Rising for Counter
	Bias      Bias
	ActiveLow bool          // a low level is 1
	Debounce  time.Duration // shortest time that a level must stand, kept by the kernel; zero is none
	// Every is the time between two samples (Level; zero means 100 ms) or the interval (Counter; zero means 1 s).
	Every  time.Duration
	Host   Host         // nil means the kernel's
	Clock  clock.Clock  // nil means the system's
	Logger *slog.Logger // nil discards
}

// Source is a line at work.
type Source struct{ worker }

type worker interface {
	hal.Source
	hal.Describer
	hal.Healther
}

// New makes a source; the line is requested by Run.
//
// Channels: Level and Edge have "level" in "1"; Counter has "count" in "1" and "rate" in "Hz".
func New(cfg Config) *Source {
	cfg = cfg.filled()
	what := "gpio " + cfg.where()
	if cfg.Mode != Level {
		return &Source{newWatch(what, cfg)}
	}
	return &Source{poll.New(poll.Config{
		What: what, Channels: []hal.Channel{{Name: "level", Unit: "1"}}, Every: cfg.Every, Clock: cfg.Clock, Logger: cfg.Logger,
		Open: func(context.Context) (poll.Chip, error) {
			line, err := open(cfg)
			if err != nil {
				return nil, err
			}
			return level{line}, nil
		},
	})}
}

// filled has the documented defaults in place of zeros.
func (c Config) filled() Config {
	if c.Mode == "" {
		c.Mode = Level
	}
	if c.Host == nil {
		c.Host = Kernel()
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	switch c.Mode {
	case Level:
		c.Edges, c.Every = NoEdges, or(c.Every, 100*time.Millisecond)
	case Edge:
		c.Edges = or(c.Edges, Both)
	case Counter:
		c.Edges, c.Every = or(c.Edges, Rising), or(c.Every, time.Second)
	}
	return c
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func (c Config) where() string {
	if c.Chip == "" {
		return c.Line
	}
	return c.Chip + " " + c.Line
}

// check tells what no line could do.
func (c Config) check() error {
	switch {
	case c.Line == "":
		return fmt.Errorf("request gpio line: no line is named")
	case c.Mode != Level && c.Mode != Edge && c.Mode != Counter:
		return fmt.Errorf("request gpio %s: mode %q: want level, edge or counter", c.where(), c.Mode)
	case c.Edges != NoEdges && c.Edges != Rising && c.Edges != Falling && c.Edges != Both:
		return fmt.Errorf("request gpio %s: edges %q: want rising, falling or both", c.where(), c.Edges)
	case c.Bias != AsIs && c.Bias != PullUp && c.Bias != PullDown && c.Bias != NoPull:
		return fmt.Errorf("request gpio %s: bias %q: want pull-up, pull-down or disabled", c.where(), c.Bias)
	case c.Debounce < 0 || c.Every < 0:
		return fmt.Errorf("request gpio %s: a time below zero", c.where())
	}
	return nil
}

// level is a line that is polled.
type level struct{ line Line }

func (l level) Read(_ context.Context, dst []float32) error {
	v, err := l.line.Value()
	dst[0] = float32(v)
	return err
}

func (l level) Close() error { return l.line.Close() }
