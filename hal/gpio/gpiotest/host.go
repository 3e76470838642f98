package gpiotest

import (
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Host is a machine's GPIO in a test. It may be used by several goroutines.
type Host struct {
	mu       sync.Mutex
	clock    clock.Clock
	lag      time.Duration
	chips    []gpio.ChipInfo
	lines    map[key]*line
	levels   map[key]int
	pulse    map[key]time.Duration
	refuse   error
	requests []gpio.Request
}

type key struct {
	chip   string
	offset int
}

// New makes a host of chips. A nil clock means the system's.
func New(c clock.Clock, chips ...gpio.ChipInfo) *Host {
	if c == nil {
		c = clock.System{}
	}
	return &Host{clock: c, chips: chips, lines: map[key]*line{}, levels: map[key]int{}, pulse: map[key]time.Duration{}}
}

// Chip describes a chip with n unnamed lines, some of which get names by their offset.
func Chip(name, label string, n int, named map[int]string) gpio.ChipInfo {
	c := gpio.ChipInfo{Name: name, Label: label}
	for o := range n {
		c.Lines = append(c.Lines, gpio.LineInfo{Offset: o, Name: named[o]})
	}
	return c
}

// Lag sets how far CLOCK_MONOTONIC is behind CLOCK_BOOTTIME.
func (h *Host) Lag(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lag = d
}

// Refuse lets requests fail; nil grants them again.
func (h *Host) Refuse(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refuse = err
}

// Pulse lets a line change its level every d while it is held.
func (h *Host) Pulse(chip string, offset int, d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pulse[key{chip, offset}] = d
}

// Set moves the level outside of a line, now.
func (h *Host) Set(chip string, offset, level int) { h.SetAt(chip, offset, level, h.Monotonic()) }

// SetAt moves the level at a time on CLOCK_MONOTONIC.
func (h *Host) SetAt(chip string, offset, level int, at time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k := key{chip, offset}
	before := h.levels[k]
	h.levels[k] = level
	if l := h.lines[k]; l != nil && before != level {
		l.edge(at, level)
	}
}

// Lose lets the kernel's buffer overflow: n edges of a line happened and nobody will read them.
func (h *Host) Lose(chip string, offset, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.lines[key{chip, offset}]; l != nil {
		l.seq += uint32(n)
	}
}

// Break lets a held line fail as one whose chip was pulled out.
func (h *Host) Break(chip string, offset int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.lines[key{chip, offset}]; l != nil {
		l.broken = err
	}
}

// Held reports whether a line is requested.
func (h *Host) Held(chip string, offset int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lines[key{chip, offset}] != nil
}

// Level is the level outside of a line: what was set, or what an output drives.
func (h *Host) Level(chip string, offset int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.levels[key{chip, offset}]
}

// Requests are those that were granted.
func (h *Host) Requests() []gpio.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]gpio.Request(nil), h.requests...)
}

// Monotonic implements gpio.Host.
func (h *Host) Monotonic() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock.Boot() - h.lag
}

// Chips implements gpio.Host.
func (h *Host) Chips() []gpio.ChipInfo { return h.chips }

// Request implements gpio.Host.
func (h *Host) Request(r gpio.Request) (gpio.Line, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k := key{r.Chip, r.Offset}
	if h.refuse != nil {
		return nil, h.refuse
	}
	if h.lines[k] != nil {
		return nil, fmt.Errorf("request: %w", syscall.EBUSY)
	}
	l := &line{host: h, key: k, request: r, done: make(chan struct{})}
	if r.Edges != gpio.NoEdges {
		l.events = make(chan gpio.Event, 256)
	}
	if r.Output {
		h.levels[k] = r.Value
	}
	h.lines[k] = l
	h.requests = append(h.requests, r)
	if d := h.pulse[k]; d > 0 {
		l.busy.Go(func() { l.beat(d) })
	}
	return l, nil
}
