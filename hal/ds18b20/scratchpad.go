package ds18b20

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"periph.io/x/conn/v3/onewire"
)

// scratchpad is the chip's memory (figure 9): temperature, alarm limits, configuration, three reserved, checksum.
type scratchpad [9]byte

const (
	afterPowerUp = 0x0550 // 85 degrees
	noPower      = 0x07FF // 127.94 degrees: the supply broke down during the conversion
	lowest       = -55
	highest      = 125

	// reserved is byte 6 after power-up. A conversion makes it 16 less the lowest four bits of the result, which the
	// sheet does not tell; the kernel's w1_therm and Arduino's libraries rely on it. Some clones leave it as it is.
	reserved = 0x0C
	// near is how close to 85 the sample before must be when byte 6 does not tell.
	near = 5
)

var (
	errSilent   = errors.New("no answer: all bits are set")
	errChecksum = errors.New("the checksum is wrong: check the wires, their length and the pull-up of 4.7 kohm")
	errForeign  = errors.New("the configuration byte is not that of a DS18B20: a shorted line, or another chip")
	errPower    = errors.New("the supply broke down during the conversion: connect VDD, or give parasite power a strong pull-up")
	errNothing  = errors.New("the kernel has no reading: the thermometer does not answer, or its checksums are wrong: check the wires, their length and the pull-up of 4.7 kohm")
	errPowerUp  = errors.New("85 degrees, which a DS18B20 holds after power-up: it lost its power before a conversion ended")
)

// bits is the resolution.
func (s *scratchpad) bits() int { return int(s[4]>>5&3) + 9 }

// check tells whether these are the bytes of a DS18B20.
func (s *scratchpad) check() error {
	silent := true
	for _, b := range s {
		silent = silent && b == 0xFF
	}
	switch {
	case silent:
		return errSilent
	case !onewire.CheckCRC(s[:]):
		return errChecksum
	case s[4]&0x9F != 0x1F:
		return errForeign
	}
	return nil
}

// history judges what a single reading cannot tell.
type history struct {
	known bool
	last  float64
}

// temperature is the result of a conversion in degrees Celsius: 1/16 in the lowest bit (figure 4 and table 1; the kernel
// has t*1000/16 for thousandths in w1_DS18B20_convert_temp). Bits below the resolution are undefined.
func (h *history) temperature(s *scratchpad) (float64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	raw := int16(s[1])<<8 | int16(s[0])
	if raw == noPower {
		return 0, errPower
	}
	raw &= -1 << (12 - s.bits())
	return h.accept(float64(raw)/16, s[6] == reserved)
}

// accept refuses what no conversion gives. Untold says that nothing but the value itself can tell whether there was one.
func (h *history) accept(celsius float64, untold bool) (float64, error) {
	switch {
	case celsius < lowest || celsius > highest:
		return 0, fmt.Errorf("%g degrees: a DS18B20 measures from %d to %d", celsius, lowest, highest)
	case celsius == 85 && untold && !(h.known && math.Abs(h.last-85) <= near):
		return 0, errPowerUp
	}
	h.known, h.last = true, celsius
	return celsius, nil
}

// parse reads what the kernel shows in w1_slave, of which the first line tells all:
//
//	91 01 4b 46 7f ff 0f 10 25 : crc=25 YES
//	91 01 4b 46 7f ff 0f 10 25 t=25062
//
// Newer kernels (drivers/w1/slaves/w1_therm.c, w1_slave_show) leave the file empty when no try was answered well.
func parse(text string) (scratchpad, error) {
	var s scratchpad
	if text == "" {
		return s, errNothing
	}
	line, _, _ := strings.Cut(text, "\n")
	var crc byte
	var verdict string
	n, err := fmt.Sscanf(line, "%02x %02x %02x %02x %02x %02x %02x %02x %02x : crc=%02x %s",
		&s[0], &s[1], &s[2], &s[3], &s[4], &s[5], &s[6], &s[7], &s[8], &crc, &verdict)
	switch {
	case err != nil || n != 11:
		return s, fmt.Errorf("%q is not what the kernel shows of a thermometer", line)
	case s.check() != nil:
		return s, s.check()
	case verdict != "YES":
		return s, errChecksum
	}
	return s, nil
}
