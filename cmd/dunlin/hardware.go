package main

import (
	"path/filepath"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

// hardware is what sources are made on. Whoever makes it closes it when the last source has stopped.
type hardware struct {
	deps
	root string            // in place of /, for tests with made-up devices
	tap  *traffic.Recorder // of the buses; nil records nothing
}

func newHardware(d deps) *hardware {
	return &hardware{deps: d, root: d.getenv("DUNLIN_ROOT")}
}

// source makes a source; it opens nothing before it runs.
func (h *hardware) source(c config.SourceConfig) hal.Source { return driverOf(c).make(h, c) }

// bus opens the bus of a chip whose usual address is known.
func (h *hardware) bus(p config.Place, usual uint16) traffic.Open {
	open := func() (traffic.Bus, error) {
		return i2cdev.Open(i2cdev.Config{Path: filepath.Join("/", h.root, "dev", p.Bus)})
	}
	if h.tap != nil {
		return h.tap.Tap(open)
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

// close lets go of the buses.
func (h *hardware) close() error { return nil }
