package periphbus

import (
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
)

// Absent is the error for a chip whose first transfer failed with err: an *hal.AbsentError when nobody acknowledged
// the address or the adapter was unplugged, and otherwise err with the name of the chip. What names chip and bus: "bme280 at i2c-1".
func Absent(what string, address uint16, err error) error {
	name := fmt.Sprintf("%s 0x%02x", what, address)
	var gone *hal.AbsentError
	if missing := i2cdev.Missing(name, address, err); errors.As(missing, &gone) {
		return gone
	}
	return fmt.Errorf("open %s: %w", name, err)
}

// Stranger is the error for an address where another chip answers than the one that was configured. Found says how it
// shows ("chip id 0x58, a BMP280"), fix what to do about it.
func Stranger(what string, address uint16, found, fix string) error {
	return &hal.AbsentError{
		What: fmt.Sprintf("%s 0x%02x", what, address),
		Err:  fmt.Errorf("another chip answers: %s", found),
		Fix:  fix,
	}
}
