package main

import (
	"context"
	"strings"

	"github.com/dunlin-iot/dunlin/hal/board"
)

// scanSPI lists the chip selects that this machine has switched on. What is wired to them is not asked: the byte that
// one chip takes for a question is a command to another.
func (h *hardware) scanSPI(context.Context) []thing {
	var all []thing
	for _, b := range h.board.Buses() {
		if !strings.HasPrefix(b.Name, "spidev") || b.State == board.NotEnabled {
			continue
		}
		what := strings.TrimSpace(b.Adapter + " chip select, for an adxl345, bme280, bmp280 or lsm6ds with spi: " + b.Name)
		all = append(all, thing{Kind: "spi", Where: b.Name, What: what, State: string(b.State), Fix: b.Fix})
	}
	return all
}
