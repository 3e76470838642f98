package config

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
)

// Bus is an I2C bus by the name of its device file, i2c-1, or by a part of its adapter's name, CP2112: numbers of USB
// adapters change when they are plugged in another order.
type Bus string

const busPattern = `^(/dev/)?i2c-[0-9]{1,4}$|^[A-Za-z][A-Za-z0-9 ._:-]{2,63}$`

var busRE = regexp.MustCompile(busPattern)

func (Bus) Syntax() Syntax {
	return Syntax{Noun: "an I2C bus", Example: "i2c-1", Pattern: busPattern}
}
func (b *Bus) UnmarshalText(text []byte) error { return matchWord(b, busRE, text) }
func (b Bus) MarshalText() ([]byte, error)     { return []byte(b), nil }

// SPIDevice is a chip select of an SPI bus by the name of its device file, spidev0.0: bus 0, chip select 0.
type SPIDevice string

const spiPattern = `^(/dev/)?spidev[0-9]{1,3}\.[0-9]{1,3}$`

var spiRE = regexp.MustCompile(spiPattern)

func (SPIDevice) Syntax() Syntax {
	return Syntax{Noun: "an SPI device", Example: "spidev0.0", Pattern: spiPattern}
}
func (d *SPIDevice) UnmarshalText(text []byte) error { return matchWord(d, spiRE, text) }
func (d SPIDevice) MarshalText() ([]byte, error)     { return []byte(d), nil }

// Address is a 7-bit I2C address, written as data sheets do: 0x76. Addresses below 0x08 and above 0x77 are reserved
// (NXP UM10204, table 4).
type Address uint16

const (
	leastAddress = 0x08
	mostAddress  = 0x77

	addressPattern = `^(0[xX](0?[89a-fA-F]|[1-7][0-9a-fA-F])|[1-9][0-9]{0,2})$`
)

var addressRE = regexp.MustCompile(addressPattern)

func (Address) Syntax() Syntax {
	return Syntax{Noun: "an I2C address", Example: "0x76", Pattern: addressPattern, Number: true, Least: "8", Most: "119"}
}

func (a *Address) UnmarshalText(text []byte) error {
	v, err := strconv.ParseUint(string(text), 0, 16)
	if err != nil {
		return mismatch{string(text), a.Syntax()}
	}
	if v < leastAddress || v > mostAddress {
		return fmt.Errorf("%q is no 7-bit I2C address: they go from 0x08 to 0x77", text)
	}
	if _, err := a.Syntax().match(addressRE, string(text)); err != nil {
		return err
	}
	*a = Address(v)
	return nil
}

func (a Address) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "0x%02x", uint16(a)), nil }

// OneWireID is the family and serial number that a DS18B20 has from its maker.
type OneWireID string

const oneWirePattern = `^28-[0-9a-f]{12}$`

var oneWireRE = regexp.MustCompile(oneWirePattern)

func (OneWireID) Syntax() Syntax {
	return Syntax{Noun: "the id of a DS18B20", Example: "28-0316a2798bff", Pattern: oneWirePattern}
}
func (i *OneWireID) UnmarshalText(text []byte) error { return matchWord(i, oneWireRE, text) }
func (i OneWireID) MarshalText() ([]byte, error)     { return []byte(i), nil }

// Line is a GPIO line by its number on the chip or by the name that the board gives it.
type Line string

const linePattern = `^[A-Za-z0-9_.+/-]{1,32}$`

var lineRE = regexp.MustCompile(linePattern)

func (Line) Syntax() Syntax {
	return Syntax{Noun: "a GPIO line", Example: "17 or GPIO17", Pattern: linePattern, Number: true, Least: "0"}
}
func (l *Line) UnmarshalText(text []byte) error { return matchWord(l, lineRE, text) }
func (l Line) MarshalText() ([]byte, error)     { return []byte(l), nil }

// Word names something that the kernel or a program names: a device, a channel.
type Word string

const wordPattern = `^[A-Za-z0-9_.:,/@+=-]{1,128}$`

var wordRE = regexp.MustCompile(wordPattern)

func (Word) Syntax() Syntax {
	return Syntax{Noun: "a device or channel (letters, digits and _.:,/@+=-)", Example: "hw:1,0", Pattern: wordPattern}
}
func (w *Word) UnmarshalText(text []byte) error { return matchWord(w, wordRE, text) }
func (w Word) MarshalText() ([]byte, error)     { return []byte(w), nil }

// Ohm is a small resistance: 100mOhm, 0.01Ohm.
type Ohm float64

const ohmPattern = `^[0-9]{1,6}(\.[0-9]{1,9})?(mOhm|Ohm)$`

var ohmRE = regexp.MustCompile(`^([0-9]{1,6}(?:\.[0-9]{1,9})?)(mOhm|Ohm)$`)

func (Ohm) Syntax() Syntax {
	return Syntax{Noun: "a resistance with its unit", Example: "100mOhm", Pattern: ohmPattern}
}

func (o *Ohm) UnmarshalText(text []byte) error {
	m, err := o.Syntax().match(ohmRE, string(text))
	if err != nil {
		return err
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if m[2] == "mOhm" {
		f /= 1000
	}
	if err != nil || f < 1e-4 || f > 1000 {
		return fmt.Errorf("%q is no shunt: they have 0.1mOhm to 1000Ohm", text)
	}
	*o = Ohm(f)
	return nil
}

func (o Ohm) MarshalText() ([]byte, error) {
	return append(strconv.AppendFloat(nil, float64(o), 'f', -1, 64), "Ohm"...), nil
}

// Ampere is a current: 3.2A, 500mA.
type Ampere float64

const amperePattern = `^[0-9]{1,6}(\.[0-9]{1,9})?(mA|A)$`

var ampereRE = regexp.MustCompile(`^([0-9]{1,6}(?:\.[0-9]{1,9})?)(mA|A)$`)

func (Ampere) Syntax() Syntax {
	return Syntax{Noun: "a current with its unit", Example: "3.2A", Pattern: amperePattern}
}

func (a *Ampere) UnmarshalText(text []byte) error {
	m, err := a.Syntax().match(ampereRE, string(text))
	if err != nil {
		return err
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if m[2] == "mA" {
		f /= 1000
	}
	if err != nil || f == 0 {
		return fmt.Errorf("%q is no current: it must be more than 0A", text)
	}
	*a = Ampere(f)
	return nil
}

func (a Ampere) MarshalText() ([]byte, error) {
	return append(strconv.AppendFloat(nil, float64(a), 'f', -1, 64), "A"...), nil
}

// Number is any number but zero: a factor.
type Number float64

const numberPattern = `^-?[0-9]{1,12}(\.[0-9]{1,12})?$`

var numberRE = regexp.MustCompile(numberPattern)

func (Number) Syntax() Syntax {
	return Syntax{Noun: "a number that is not zero", Example: "418.5", Pattern: numberPattern, Number: true}
}

func (n *Number) UnmarshalText(text []byte) error {
	if _, err := n.Syntax().match(numberRE, string(text)); err != nil {
		return err
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f == 0 || math.IsInf(f, 0) {
		return mismatch{string(text), n.Syntax()}
	}
	*n = Number(f)
	return nil
}

func (n Number) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(n), 'f', -1, 64), nil
}

// Field is one value of a message: its channel and where it stands in the message's JSON, as "t[Cel]=climate.t". Without
// a place it is the name of the channel.
type Field struct {
	Channel hal.Channel
	Path    string
}

const fieldPattern = `^[A-Za-z][A-Za-z0-9_.-]{0,63}\[[^\[\]]{1,32}\](=[^=\s]{1,128})?$`

var fieldRE = regexp.MustCompile(fieldPattern)

func (Field) Syntax() Syntax {
	return Syntax{Noun: "a channel with its unit and its place in the message", Example: `"temperature[Cel]=climate.t"`, Pattern: fieldPattern}
}

func (f *Field) UnmarshalText(text []byte) error {
	if _, err := f.Syntax().match(fieldRE, string(text)); err != nil {
		return err
	}
	channel, path, placed := strings.Cut(string(text), "]=")
	if placed {
		channel += "]"
	}
	var c Channel
	if err := c.UnmarshalText([]byte(channel)); err != nil {
		return err
	}
	f.Channel, f.Path = hal.Channel(c), path
	return nil
}

func (f Field) MarshalText() ([]byte, error) {
	text, err := Channel(f.Channel).MarshalText()
	if f.Path != "" {
		text = append(text, "="+f.Path...)
	}
	return text, err
}
