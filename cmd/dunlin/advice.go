package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/spidev"
)

// transfers are the counts of a chip's address; nil when it is none, or its bus was never opened.
func (h *hardware) transfers(c config.SourceConfig) *agent.TransfersStatus {
	p, chip := placeOf(c)
	if !chip {
		return nil
	}
	bus := h.busName(p.Bus)
	stats, opened := h.board.Stats()[bus][p.Address]
	if !opened {
		return nil
	}
	t := &agent.TransfersStatus{Done: stats.Transfers, Failed: stats.Failed, Retried: stats.Retries, Worst: agent.MicrosOf(stats.Worst)}
	if stats.Last != nil {
		t.Last, t.Advice = stats.Last.Error(), i2cdev.Advise(bus, p.Address, stats.Last, stats)
	}
	return t
}

// busName is the i2c-N of a bus that may be named by its path or a part of its adapter's name.
func (h *hardware) busName(name string) string {
	short := strings.TrimPrefix(name, "/dev/")
	if strings.HasPrefix(short, "i2c-") {
		return short
	}
	for _, b := range h.board.Buses() {
		if strings.Contains(strings.ToLower(b.Adapter), strings.ToLower(short)) {
			return b.Name
		}
	}
	return short
}

// advised adds to the error of a source what its bus tells: of a chip that is absent what answers in its place, of one
// in trouble what the failed transfers mean. It asks every address of the bus, so it is for commands, not for the daemon.
func (h *hardware) advised(ctx context.Context, c config.SourceConfig, err error) error {
	var gone *hal.AbsentError
	text := ""
	if errors.As(err, &gone) {
		text = h.instead(ctx, c)
	} else if err != nil {
		text = h.meaning(c, err)
	}
	if text == "" {
		return err
	}
	return fmt.Errorf("%w; %s", err, text)
}

// instead is what answers on the bus of a chip; empty when it is none, or its bus is what is absent.
func (h *hardware) instead(ctx context.Context, c config.SourceConfig) string {
	p, chip := placeOf(c)
	if !chip {
		return ""
	}
	bus := h.busName(p.Bus)
	for _, b := range h.board.Buses() {
		if b.Name == bus && b.State == board.Usable {
			return h.board.Instead(ctx, bus, p.Address)
		}
	}
	return ""
}

// meaning is what an error of transfers means; empty for any other.
func (h *hardware) meaning(c config.SourceConfig, err error) string {
	if errno := syscall.Errno(0); !errors.As(err, &errno) && !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.EBUSY) {
		return "" // who refuses what is in use says by whom
	}
	if port := spiOf(c); port != "" {
		return spidev.Advise(port, err)
	}
	if t := h.transfers(c); t != nil {
		return t.Advice
	}
	return ""
}

// advice is what to do about a source whose reason is an error of its bus; empty when the reason says it, or is another.
func advice(s agent.SourceStatus) string {
	troubled := s.State == agent.Degraded || s.State == agent.Failed
	if b := s.Bus; troubled && b != nil && b.Advice != "" && (strings.Contains(s.Reason, b.Last) || hangs(s.Reason) && hangs(b.Last)) {
		return "; " + b.Advice
	}
	return ""
}

func hangs(text string) bool { return strings.Contains(text, "stuck in the kernel") }
