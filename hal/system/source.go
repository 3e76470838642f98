package system

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// What can be asked for.
const (
	Temperature = "cpu_temperature"
	Throttling  = "throttling"
	Load        = "load"
	Memory      = "memory"
	Disk        = "disk"
	Supply      = "supply"
)

// All is everything, in the order of channels.
func All() []string { return []string{Temperature, Throttling, Load, Memory, Disk, Supply} }

// Config of the source. The zero value measures all that this machine has, every 5 s.
type Config struct {
	What   []string      // of All; empty means all that there is
	Path   string        // whose disk; empty means "/"
	Every  time.Duration // between samples; zero means 5 s
	Root   string        // that stands for "/"; empty means "/"
	Clock  clock.Clock   // nil means the system's
	Logger *slog.Logger  // nil discards
}

// gauge is one thing to measure: its channels, and how to fill them.
type gauge struct {
	channels []hal.Channel
	rules    []judge.Rule
	read     func(dst []float32) error
}

// finders find what this machine has; nil means that it has none.
func finders(root, path string) map[string]func() *gauge {
	return map[string]func() *gauge{
		Temperature: func() *gauge { return findTemperature(root) },
		Throttling:  func() *gauge { return findThrottling(root) },
		Load:        func() *gauge { return findLoad(root) },
		Memory:      func() *gauge { return findMemory(root) },
		Disk:        func() *gauge { return findDisk(root, path) },
		Supply:      func() *gauge { return findSupply(root) },
	}
}

// New makes a source of what cfg asks for. What is not there is told by Run, as an absence, and looked for by each.
func New(cfg Config) *poll.Source {
	cfg.Root, cfg.Path, cfg.Every = cmp.Or(cfg.Root, "/"), cmp.Or(cfg.Path, "/"), cmp.Or(cfg.Every, 5*time.Second)
	m := survey(cfg)
	channels := m.channels()
	return poll.New(poll.Config{
		What: "system", Channels: channels, Rules: m.rules(), Every: cfg.Every, Clock: cfg.Clock, Logger: cfg.Logger,
		Open: func(context.Context) (poll.Chip, error) {
			if m.err == nil {
				return m, nil
			}
			now := survey(cfg)
			if now.err == nil && !slices.Equal(now.channels(), channels) {
				now.err = &hal.AbsentError{
					What: "system as it was when the agent started", Err: fmt.Errorf("a driver came later, and gives %v", now.channels()),
					Fix: "restart the agent: sudo systemctl restart dunlin",
				}
			}
			return now, now.err
		},
	})
}

// expected are the channels of what may be found later.
var expected = map[string]hal.Channel{
	Temperature: {Name: "temperature", Unit: "Cel"}, Load: {Name: "load", Unit: "1"}, Memory: {Name: "memory_used", Unit: "%"}, Disk: {Name: "disk_used", Unit: "%"},
	Throttling: {Name: Throttling, Unit: "1"}, Supply: {Name: Supply, Unit: "V"}, // it has names of its own
}

// survey finds what cfg asks for.
func survey(cfg Config) *machine {
	m := &machine{}
	find := finders(cfg.Root, cfg.Path)
	wanted := cfg.What
	if len(wanted) == 0 {
		wanted = All()
	}
	for _, what := range wanted {
		if find[what] == nil {
			m.err = fmt.Errorf("measure the system: %q is none of %s", what, strings.Join(All(), ", "))
			continue
		}
		g := find[what]()
		switch {
		case g != nil:
			m.gauges = append(m.gauges, g)
		case len(cfg.What) > 0:
			m.err = &hal.AbsentError{What: what + " of this machine", Fix: "take " + what + " out of the key what of the source"}
			m.gauges = append(m.gauges, &gauge{channels: []hal.Channel{expected[what]}})
		}
	}
	if m.err == nil && len(m.gauges) == 0 {
		m.err = &hal.AbsentError{What: "anything to measure of this machine", Fix: "mount /proc and /sys for the agent"}
		m.gauges = []*gauge{{channels: []hal.Channel{expected[Load]}}}
	}
	return m
}

// machine is all gauges of a source.
type machine struct {
	gauges []*gauge
	err    error
}

func (m *machine) channels() (list []hal.Channel) {
	for _, g := range m.gauges {
		list = append(list, g.channels...)
	}
	return list
}

func (m *machine) rules() (list []judge.Rule) {
	for _, g := range m.gauges {
		rules := make([]judge.Rule, len(g.channels)) // those without one are only held to be numbers
		copy(rules, g.rules)
		list = append(list, rules...)
	}
	return list
}

// Read fills a sample. One gauge that fails fails the sample: half of one is none.
func (m *machine) Read(_ context.Context, dst []float32) error {
	for _, g := range m.gauges {
		if err := g.read(dst[:len(g.channels)]); err != nil {
			return err
		}
		dst = dst[len(g.channels):]
	}
	return nil
}

// Close has nothing to let go of.
func (m *machine) Close() error { return nil }
