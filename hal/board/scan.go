package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal/i2cdev"
)

// Answer is an address at which there is something.
type Answer struct {
	Address uint16
	Driver  string // the kernel driver that owns it; such an address is not asked
	Guess   Guess
}

func (a Answer) String() string {
	if a.Driver != "" {
		return fmt.Sprintf("0x%02x (kernel driver %s)", a.Address, a.Driver)
	}
	return fmt.Sprintf("0x%02x %s", a.Address, a.Guess)
}

// First and last address that the I2C specification leaves to chips (UM10204, table 4).
const (
	firstAddress = 0x08
	lastAddress  = 0x77
)

// probeLimit is for one transfer of a scan: what does not answer in that time is not a sensor.
const probeLimit = 200 * time.Millisecond

// Scan asks every address of a bus. Addresses that a kernel driver owns are listed and not asked. It opens the bus for
// itself, so that its many failures do not count as anybody's. It stops with ctx, and where the bus hangs or goes.
func (b *Board) Scan(ctx context.Context, name string) ([]Answer, error) {
	info, err := b.findI2C(name)
	if err != nil {
		return nil, err
	}
	cfg := b.cfg.I2C
	cfg.Path, cfg.Name, cfg.Deadline, cfg.KernelTimeout = b.path(info.Path), info.Name, probeLimit, 0
	bus, err := i2cdev.Open(cfg)
	if err != nil {
		return nil, b.refused(info, loadI2C, err)
	}
	found, err := b.scan(ctx, info, bus)
	return found, errors.Join(err, bus.Close())
}

func (b *Board) scan(ctx context.Context, info Bus, bus *i2cdev.Bus) (found []Answer, err error) {
	for a := uint16(firstAddress); a <= lastAddress; a++ {
		if ctx.Err() != nil {
			return found, fmt.Errorf("scan %s: %w", info.Name, ctx.Err())
		}
		if i := slices.IndexFunc(info.Devices, func(d Device) bool { return d.Address == a && d.Driver != "" }); i >= 0 {
			found = append(found, Answer{Address: a, Driver: info.Devices[i].Driver})
			continue
		}
		there, err := probe(bus, a)
		if err != nil {
			return found, fmt.Errorf("scan %s: %w", info.Name, err)
		}
		if there {
			found = append(found, Answer{Address: a, Guess: GuessChip(a, func(w, r []byte) error { return bus.Tx(a, w, r) })})
		}
	}
	return found, nil
}

// probe asks one address. Reading a byte is harmless to most chips, but some do not acknowledge it when they have
// nothing to say (SCD4x); those hear a write of no bytes. That write can alter EEPROMs at 0x30 to 0x37 and 0x50 to
// 0x5f, and a read can lock clock generators at 0x69 (both from i2cdetect's manual), so each is left out there.
func probe(bus *i2cdev.Bus, a uint16) (bool, error) {
	eeprom := a >= 0x30 && a <= 0x37 || a >= 0x50 && a <= 0x5f
	var one [1]byte
	if a == 0x69 {
		err := bus.Quick(a)
		if !errors.Is(err, syscall.EOPNOTSUPP) {
			return verdict(err)
		}
	}
	there, err := verdict(bus.Tx(a, nil, one[:]))
	if there || err != nil || eeprom {
		return there, err
	}
	return verdict(bus.Quick(a))
}

// verdict: most errors mean that nothing is there; some mean that no address can be asked.
func verdict(err error) (bool, error) {
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, os.ErrClosed), errors.Is(err, syscall.ENODEV),
		errors.Is(err, syscall.ESHUTDOWN), errors.Is(err, syscall.EBUSY), errors.Is(err, syscall.EPERM):
		return false, err
	}
	return false, nil
}

// Instead is one sentence on what answered on a bus where the chip at an address did not.
func (b *Board) Instead(ctx context.Context, bus string, address uint16) string {
	found, err := b.Scan(ctx, bus)
	if err != nil {
		return fmt.Sprintf("%s could not be searched for other chips: %v", bus, err)
	}
	switch i := slices.IndexFunc(found, func(a Answer) bool { return a.Address == address }); {
	case len(found) == 0:
		return fmt.Sprintf("nothing answers on %s at all: check supply, ground, SDA, SCL and the pull-ups", bus)
	case len(found) > lastAddress-firstAddress:
		return fmt.Sprintf("every address answers on %s: SDA is held low, by a chip (switch the supply off and on) or a short circuit", bus)
	case i >= 0:
		return fmt.Sprintf("on %s this answers now: %s", bus, found[i])
	}
	var others []string
	for _, a := range found {
		others = append(others, a.String())
	}
	return fmt.Sprintf("nothing answers at 0x%02x on %s; what does: %s", address, bus, strings.Join(others, ", "))
}
