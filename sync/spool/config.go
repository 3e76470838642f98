package spool

import (
	"log/slog"
	"maps"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Config bounds and paces a spool. The zero value is ready to use.
type Config struct {
	// Max is the largest size of spool.db in bytes; zero means 64 MiB, the least is 1 MiB.
	Max int64
	// Every is the longest that critical and normal records wait for their commit, and the least time between two
	// commits; zero means 1 s. A single record after a pause is committed at once.
	Every time.Duration
	// Quiet is the longest that other records, acknowledgements and ledger counters wait; zero means 30 s.
	Quiet time.Duration
	// Records and Bytes of periodic and bulk streams together end the quiet wait early; zero means 256 and 32 KiB.
	Records int
	Bytes   int
	// Streams adds to the four streams of wire.Standard, or changes their class.
	Streams map[wire.Stream]wire.Class
	// Clock gives the times of commits; nil means the system's.
	Clock clock.Clock
	// Logger gets changes of state; nil means none.
	Logger *slog.Logger
	// BootID is the kernel's name for this boot; empty means to ask the kernel.
	BootID string

	fail   func(point string)        // named points of crash tests; nil outside them
	refuse func(evicting bool) error // errors that tests put into a transaction; nil outside them
}

const (
	defaultMax = 64 << 20
	leastMax   = 1 << 20
	maxPending = 2 << 20
)

func (c Config) withDefaults() Config {
	c.Max = max(orDefault(c.Max, defaultMax), leastMax)
	c.Every = orDefault(c.Every, time.Second)
	c.Quiet = max(orDefault(c.Quiet, 30*time.Second), c.Every)
	c.Records = orDefault(c.Records, 256)
	c.Bytes = orDefault(c.Bytes, 32<<10)
	streams := wire.Standard()
	maps.Copy(streams, c.Streams)
	c.Streams = streams
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.BootID == "" {
		c.BootID, _ = clock.BootID() // unknown: every opening counts as the same boot
	}
	if c.refuse == nil {
		c.refuse = func(bool) error { return nil }
	}
	if c.fail == nil {
		c.fail = func(string) {}
	}
	return c
}

func orDefault[T int | int64 | time.Duration](v, d T) T {
	if v <= 0 {
		return d
	}
	return v
}

// pendingLimit is what may wait in memory: the file must be able to take it in one commit.
func (c Config) pendingLimit() int { return int(min(maxPending, c.Max/8)) }
