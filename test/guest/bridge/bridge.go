package bridge

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

// Bridge is one fake CP2112. Run may be called again after it has returned: the cable is plugged in anew.
type Bridge struct {
	bus  *chiptest.Bus
	name string
	chip *chip
}

// New makes a bridge that is not plugged in. The name is what the kernel shows of the device.
func New(name string, bus *chiptest.Bus) *Bridge {
	return &Bridge{name: name, bus: bus, chip: newChip(bus)}
}

// SetLine sets the level of one of the eight GPIO lines from outside. A line that the host drives keeps its level.
func (b *Bridge) SetLine(line int, high bool) { b.chip.setLine(line&7, high) }

// Run plugs the bridge in and serves until ctx is cancelled, then unplugs it. It needs the module uhid.
func (b *Bridge) Run(ctx context.Context) (err error) {
	f, err := os.OpenFile("/dev/uhid", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("plug %s: %w", b.name, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = f.Close() }) // the kernel then takes the device away
	defer func() {
		if stop() {
			err = errors.Join(err, f.Close())
		}
	}()
	if _, err := f.Write(create(b.name)); err != nil {
		return fmt.Errorf("plug %s: %w", b.name, err)
	}
	err = b.serve(f)
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("serve %s: %w", b.name, err)
}

func (b *Bridge) serve(f *os.File) error {
	event := make([]byte, eventSize)
	for {
		n, err := f.Read(event)
		if err != nil {
			return err
		}
		answers, err := b.chip.answer(event[:n])
		if err != nil {
			return err
		}
		for _, a := range answers {
			if _, err := f.Write(a); err != nil {
				return err
			}
		}
	}
}
