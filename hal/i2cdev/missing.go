package i2cdev

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/dunlin-iot/dunlin/hal"
)

// Missing is what a driver's Open returns for the error of its first transfer: an *hal.AbsentError when nothing
// acknowledged the address or the adapter was unplugged, and err itself otherwise. what names the chip and its place,
// as "bme280 at i2c-1 0x76".
func Missing(what string, address uint16, err error) error {
	at := fmt.Sprintf("0x%02x", address)
	if !strings.Contains(what, at) {
		what += " at " + at
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ESHUTDOWN):
		return &hal.AbsentError{What: what, Err: err, Fix: "plug the adapter of its bus in again; the source then opens by itself"}
	case slices.ContainsFunc(noAck, func(e error) bool { return errors.Is(err, e) }):
		return &hal.AbsentError{What: what, Err: err,
			Fix: "check its supply, ground, SDA and SCL and the level of its address pin, and find its address with: dunlin sources ls"}
	}
	return err
}
