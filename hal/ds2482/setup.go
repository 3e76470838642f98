package ds2482

import (
	"context"
	"errors"
	"fmt"
)

// Commands and register codes (data sheet 19-4930, "Function Commands" and table 1).
const (
	deviceReset    = 0xF0
	setReadPointer = 0xE1
	writeConfig    = 0xD2
	wireReset      = 0xB4
	wireWrite      = 0xA5
	wireRead       = 0x96
	wireTriplet    = 0x78

	regStatus  = 0xF0
	regData    = 0xE1
	regConfig  = 0xC3
	regChannel = 0xD2 // of a DS2482-800 (19-4932)
)

// Bits of the configuration: the upper half is the complement of the lower one, and reads as zero.
const (
	activePullUp = 1 << 0 // for more than one chip on the line
	strongPullUp = 1 << 2 // after the next byte
)

// config is a byte as the bridge takes it.
func config(bits byte) byte { return bits | ^bits<<4 }

// Bits of the status.
const (
	bitBusy  = 1 << 0 // 1WB
	bitThere = 1 << 1 // PPD: a chip has answered the reset
	bitShort = 1 << 2 // SD
	bitLevel = 1 << 3 // LL: the line is high
	bitReset = 1 << 4 // RST: the configuration was not written since a reset
	bitOne   = 1 << 5 // SBR: the first bit of a triplet
	bitTwo   = 1 << 6 // TSB
	bitTaken = 1 << 7 // DIR
)

// strangerError says how it shows that a chip is none of these bridges.
type strangerError struct{ found string }

func (e *strangerError) Error() string { return e.found }

// setUp resets the bridge and configures it; it holds the turn. A chip that is no bridge takes the first byte for a
// register's number and is not written to.
func (u *Bus) setUp() error {
	u.shared.ready, u.strong = false, false
	var r [1]byte
	if err := u.dev.Tx([]byte{deviceReset}, nil); err != nil {
		return err
	}
	if err := u.dev.Tx(nil, r[:]); err != nil {
		return err
	}
	switch {
	case r[0]&^bitLevel != bitReset:
		return &strangerError{fmt.Sprintf("after a reset its status is 0x%02x, not that of a DS2482", r[0])}
	case r[0]&bitLevel == 0:
		return errShort
	}
	if err := u.dev.Tx([]byte{writeConfig, config(activePullUp)}, r[:]); err != nil {
		return err
	}
	if r[0] != activePullUp {
		return &strangerError{fmt.Sprintf("it does not keep its configuration: 0x%02x", r[0])}
	}
	u.shared.ready = true
	return nil
}

// configured reads the configuration back.
func (u *Bus) configured() bool {
	var r [1]byte
	err := u.dev.Tx([]byte{setReadPointer, regConfig}, r[:])
	return err == nil && r[0] == activePullUp
}

// Hint tells of a DS2482-800, whose further channels are not looked at. Only that one has a register of the channel.
func (u *Bus) Hint(ctx context.Context) string {
	if u.take(ctx) != nil {
		return ""
	}
	defer u.give()
	var r [1]byte
	if !u.shared.ready || u.dev.Tx([]byte{setReadPointer, regChannel}, r[:]) != nil {
		return ""
	}
	return "; this bridge is a DS2482-800, of which only channel IO0 is read: for the others leave bus and address out, and have the kernel drive it: " +
		fmt.Sprintf("echo ds2482 0x%02x | sudo tee /sys/bus/i2c/devices/%s/new_device", u.place.address, u.place.bus)
}

var (
	errShort = &lineError{text: "the 1-Wire line is held low: look for a short circuit between data and ground, and for a missing pull-up", short: true}
	errEmpty = &lineError{text: "no chip answers on the 1-Wire line", empty: true}
	errBusy  = errors.New("the bridge does not end what it does on the 1-Wire line")
	errLost  = errors.New("the bridge has lost its configuration: its supply broke down")
)

// lineError is trouble of the line, not of the bridge. It implements the error interfaces of periph's onewire.
type lineError struct {
	text         string
	short, empty bool
}

func (e *lineError) Error() string   { return e.text }
func (e *lineError) BusError() bool  { return true }
func (e *lineError) IsShorted() bool { return e.short }
func (e *lineError) NoDevices() bool { return e.empty }
