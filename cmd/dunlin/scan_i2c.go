package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/dunlin-iot/dunlin/hal/board"
)

// scanI2C asks every address of every bus.
func (h *hardware) scanI2C(ctx context.Context) []thing {
	var all []thing
	for _, b := range h.board.Buses() {
		if !strings.HasPrefix(b.Name, "i2c-") {
			continue
		}
		if b.State != board.Usable {
			all = append(all, thing{Kind: "i2c", Where: b.Name, What: b.Adapter, State: string(b.State), Fix: b.Fix})
			all = append(all, kernelChips(b)...)
			continue
		}
		found, err := h.board.Scan(ctx, b.Name)
		for _, a := range found {
			all = append(all, chipThing(b, a))
		}
		if err != nil {
			all = append(all, broken("i2c", b.Name, err))
		} else if len(found) == 0 {
			all = append(all, thing{Kind: "i2c", Where: b.Name, What: b.Adapter + ": nothing answers", State: stateUsable})
		}
	}
	return all
}

// kernelChips are those that the kernel knows on a bus that cannot be asked.
func kernelChips(b board.Bus) (all []thing) {
	for _, d := range b.Devices {
		if d.Driver != "" {
			all = append(all, owned(b.Name, d.Address, d.Name, d.Driver))
		}
	}
	return all
}

// owned is a chip that the kernel has: it is read through the kernel.
func owned(bus string, address uint16, name, driver string) thing {
	t := thing{
		Kind: "i2c", Where: fmt.Sprintf("%s 0x%02x", bus, address), What: name, State: "kernel driver " + driver,
		Fix: "read it with the driver iio, if it is among the devices of kind iio",
	}
	if driver == "ds2482" {
		t.Fix = "its thermometers are among the devices of kind 1-wire"
	}
	return t
}

func chipThing(b board.Bus, a board.Answer) thing {
	if a.Driver != "" {
		name := "chip"
		for _, d := range b.Devices {
			if d.Address == a.Address {
				name = d.Name
			}
		}
		return owned(b.Name, a.Address, name, a.Driver)
	}
	t := thing{Kind: "i2c", Where: fmt.Sprintf("%s 0x%02x", b.Name, a.Address), What: a.Guess.String(), State: stateUsable}
	for _, chip := range a.Guess.Chips {
		if driver := driverFor(chip); driver != "" {
			t.Source = chipLine(driver, b.Name, a.Address)
			break
		}
	}
	return t
}

// chipLine is a source as a configuration has it.
func chipLine(driver, bus string, address uint16) string {
	line := fmt.Sprintf("{driver: %s, bus: %s, address: 0x%02x", driver, bus, address)
	if driver == "ads1115" {
		line += ", inputs: [a0]"
	}
	return line + "}"
}
