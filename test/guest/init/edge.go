package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// press is one edge as the source told it.
type press struct {
	At   time.Duration `json:"at_ns"` // on CLOCK_BOOTTIME, stamped by the kernel
	Came time.Duration `json:"came_ns"`
	High bool          `json:"high"`
}

const powerButton = "3" // the line of the virtual machine's PL061 that its power button is wired to

// buttonEdges takes the line of the power button and has the host press it: high, and low again 100 ms later. Where the
// host is so busy that the guest stands still for that long, both edges are one interrupt; then it is pressed again.
func buttonEdges(ctx context.Context, h *host, _ []string) (any, error) {
	chip, err := chipWith("pl061")
	if err != nil {
		return nil, err
	}
	began := clock.System{}.Boot()
	presses := 0
	edges, err := collectEdges(ctx, gpio.Config{Chip: chip.Name, Line: powerButton, Mode: gpio.Edge}, pressed, func() {
		if presses++; presses < 10 {
			h.ask("edge", "powerdown")
		}
	})
	if err != nil {
		return edges, err
	}
	up, down := edges[len(edges)-2], edges[len(edges)-1]
	switch gap := down.At - up.At; {
	case up.At < began || up.At > up.Came || down.At > down.Came:
		err = errors.New("the kernel's stamps lie outside of the time of the test")
	case gap < 20*time.Millisecond || gap > time.Second: // a busy host makes either stamp late
		err = fmt.Errorf("%v between the edges, the machine makes 100 ms", gap)
	}
	return edges, err
}

// pressed reports whether the last edges are those of a whole press.
func pressed(edges []press) bool {
	n := len(edges)
	return n >= 2 && edges[n-2].High && !edges[n-1].High
}

// bridgeEdges moves a line of the bridge, which its driver polls.
func bridgeEdges(ctx context.Context, _ *host, _ []string) (any, error) {
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	edges, err := s.watchLine(ctx)
	return edges, errors.Join(err, s.unplug())
}

func (s *site) watchLine(ctx context.Context) ([]press, error) {
	chip, err := chipWith("cp2112")
	if err != nil {
		return nil, err
	}
	up := func(edges []press) bool { return len(edges) > 0 }
	edges, err := collectEdges(ctx, gpio.Config{Chip: chip.Name, Line: "5", Mode: gpio.Edge}, up, func() { s.bridge.SetLine(5, true) })
	if err == nil && !edges[0].High {
		err = errors.New("the line went high, the edge says low")
	}
	return edges, err
}

func chipWith(label string) (gpio.ChipInfo, error) {
	var have []string
	for _, c := range gpio.List() {
		if strings.Contains(c.Label, label) {
			return c, nil
		}
		have = append(have, c.Name+" "+c.Label)
	}
	return gpio.ChipInfo{}, fmt.Errorf("no gpio chip %s among %q", label, have)
}

// collectEdges runs an edge source, lets something happen once the kernel has armed the line and then every three
// seconds, until enough has come.
func collectEdges(ctx context.Context, cfg gpio.Config, enough func([]press) bool, happen func()) (edges []press, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- gpio.New(cfg).Run(ctx, func(b hal.Block) {
			for i, v := range b.Values {
				at := b.At + time.Duration(i)*b.Period
				edges = append(edges, press{At: at, Came: clock.System{}.Boot(), High: v != 0})
			}
			if enough(edges) {
				cancel()
			}
		})
	}()
	err = until(ctx, "the interrupt of the line", armed)
	for err == nil {
		happen()
		if !clock.Wait(ctx, 3*time.Second) {
			break
		}
	}
	cancel()
	err = errors.Join(err, <-ended)
	if err == nil && !enough(edges) {
		err = fmt.Errorf("%d edges came, and not those that were waited for", len(edges))
	}
	return edges, err
}

// armed reports whether the kernel has an interrupt in our name: the line is marked as taken before that.
func armed() bool {
	text, err := os.ReadFile("/proc/interrupts")
	return err == nil && strings.Contains(string(text), "dunlin")
}
