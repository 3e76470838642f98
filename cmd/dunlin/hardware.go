package main

import (
	"path/filepath"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hal/ds2482"
	"github.com/dunlin-iot/dunlin/hal/expect"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

// hardware is what sources are made on. Whoever makes it closes it when the last source has stopped.
type hardware struct {
	deps
	root  string // in place of /, for tests with made-up devices
	board *board.Board
	// bridges are shared by the thermometers behind them.
	bridges *ds2482.Bridges
	tap     *traffic.Recorder // of the buses and ports; nil records nothing
}

func newHardware(d deps) *hardware {
	root := d.getenv("DUNLIN_ROOT")
	return &hardware{deps: d, root: root, board: board.New(board.Config{Root: root, Logger: d.log}), bridges: &ds2482.Bridges{}}
}

// source makes a source; it opens nothing before it runs.
func (h *hardware) source(c config.SourceConfig) hal.Source {
	src := driverOf(c).make(h, c)
	if c.Expect == nil {
		return src
	}
	return expect.New(src, expect.Config{Channels: c.Expect, Reopen: reopens(c), Clock: h.clock})
}

// reopens reports whether a source that is stuck may be cured by opening it anew: a chip, its kernel driver, or a
// program is. What another machine sends, a line's level, a recording and a microphone are not.
func reopens(c config.SourceConfig) bool {
	return c.Serial == nil && c.MQTT == nil && c.GPIO == nil && c.Replay == nil && c.ALSA == nil && c.System == nil
}

// bus opens the bus of a chip.
func (h *hardware) bus(c config.SourceConfig) traffic.Open {
	p, _ := placeOf(c)
	open := func() (traffic.Bus, error) { return h.board.I2C(p.Bus, p.Address) }
	if h.tap != nil {
		return h.tap.Tap(open)
	}
	return open
}

// port opens the SPI device of a chip; nil when it has none.
func (h *hardware) port(c config.SourceConfig) traffic.OpenPort {
	open := h.board.Port(spiOf(c))
	if h.tap != nil && open != nil {
		return h.tap.TapPort(spiOf(c), open)
	}
	return open
}

// path is a path of the machine, below the root.
func (h *hardware) path(p string) string {
	if h.root == "" {
		return p
	}
	return filepath.Join(h.root, p)
}

// close lets go of the buses. One that hangs in the kernel is left to it: the program ends all the same.
func (h *hardware) close() {
	if err := h.board.Close(); err != nil {
		h.log.Warn("bus does not close", "err", err)
	}
}
