package config

import (
	"regexp"
	"strconv"
	"strings"
)

// choice is a scalar that is one of a few words.
type choice interface {
	~string
	Syntax() Syntax
}

// pickWord stores text in v if it is one of its words.
func pickWord[T choice](v *T, text []byte) error {
	if err := (*v).Syntax().pick(string(text)); err != nil {
		return err
	}
	*v = T(text)
	return nil
}

// matchWord stores text in v if it has the form of its Syntax.
func matchWord[T choice](v *T, re *regexp.Regexp, text []byte) error {
	if _, err := (*v).Syntax().match(re, string(text)); err != nil {
		return err
	}
	*v = T(text)
	return nil
}

// leading is the number that a word like 4.096V or 16g begins with.
func leading(word string) float64 {
	v, err := strconv.ParseFloat(strings.TrimRight(word, "Vdgps"), 64)
	if err != nil {
		panic("config: " + word + " begins with no number") // the lists of this file
	}
	return v
}

// AccelRange is the full scale of an accelerometer.
type AccelRange string

func (AccelRange) Syntax() Syntax {
	return Syntax{Noun: "a range of acceleration", Example: "4g", Enum: []string{"2g", "4g", "8g", "16g"}}
}
func (r *AccelRange) UnmarshalText(text []byte) error { return pickWord(r, text) }
func (r AccelRange) MarshalText() ([]byte, error)     { return []byte(r), nil }

// G is the full scale in multiples of standard gravity.
func (r AccelRange) G() int { return int(leading(string(r))) }

// GyroRange is the full scale of a gyroscope.
type GyroRange string

func (GyroRange) Syntax() Syntax {
	return Syntax{Noun: "a range of rotation", Example: "500dps", Enum: []string{"125dps", "250dps", "500dps", "1000dps", "2000dps"}}
}
func (r *GyroRange) UnmarshalText(text []byte) error { return pickWord(r, text) }
func (r GyroRange) MarshalText() ([]byte, error)     { return []byte(r), nil }

// DPS is the full scale in degrees per second.
func (r GyroRange) DPS() int { return int(leading(string(r))) }

// VoltRange is the full scale of an ADS1115.
type VoltRange string

func (VoltRange) Syntax() Syntax {
	return Syntax{Noun: "a range of voltage", Example: "4.096V", Enum: []string{"6.144V", "4.096V", "2.048V", "1.024V", "0.512V", "0.256V"}}
}
func (r *VoltRange) UnmarshalText(text []byte) error { return pickWord(r, text) }
func (r VoltRange) MarshalText() ([]byte, error)     { return []byte(r), nil }

// Volts is the full scale.
func (r VoltRange) Volts() float64 { return leading(string(r)) }

// AnalogInput is an input of an ADS1115, or the difference of two.
type AnalogInput string

func (AnalogInput) Syntax() Syntax {
	return Syntax{Noun: "an analog input", Example: "a0", Enum: []string{"a0", "a1", "a2", "a3", "a0-a1", "a0-a3", "a1-a3", "a2-a3"}}
}
func (i *AnalogInput) UnmarshalText(text []byte) error { return pickWord(i, text) }
func (i AnalogInput) MarshalText() ([]byte, error)     { return []byte(i), nil }

// LineMode is what is read from a GPIO line.
type LineMode string

const (
	LineLevel   LineMode = "level"
	LineEdge    LineMode = "edge"
	LineCounter LineMode = "counter"
)

func (LineMode) Syntax() Syntax {
	return Syntax{Noun: "a way to read a line", Example: "level", Enum: []string{"level", "edge", "counter"}}
}
func (m *LineMode) UnmarshalText(text []byte) error { return pickWord(m, text) }
func (m LineMode) MarshalText() ([]byte, error)     { return []byte(m), nil }

// Edges are the changes of a line that count.
type Edges string

// EdgesAuto leaves it to the mode.
const EdgesAuto Edges = "auto"

func (Edges) Syntax() Syntax {
	return Syntax{Noun: "a kind of edges", Example: "rising", Enum: []string{"auto", "rising", "falling", "both"}}
}
func (e *Edges) UnmarshalText(text []byte) error { return pickWord(e, text) }
func (e Edges) MarshalText() ([]byte, error)     { return []byte(e), nil }

// Bias is what holds an open GPIO line.
type Bias string

// BiasAsIs leaves the line as it was.
const BiasAsIs Bias = "as-is"

func (Bias) Syntax() Syntax {
	return Syntax{Noun: "a bias", Example: "pull-up", Enum: []string{"as-is", "pull-up", "pull-down", "disabled"}}
}
func (b *Bias) UnmarshalText(text []byte) error { return pickWord(b, text) }
func (b Bias) MarshalText() ([]byte, error)     { return []byte(b), nil }

// IIOMode is how a device of Industrial I/O is read.
type IIOMode string

const (
	IIOPoll   IIOMode = "poll"
	IIOBuffer IIOMode = "buffer"
)

func (IIOMode) Syntax() Syntax {
	return Syntax{Noun: "a way to read a device", Example: "buffer", Enum: []string{"poll", "buffer"}}
}
func (m *IIOMode) UnmarshalText(text []byte) error { return pickWord(m, text) }
func (m IIOMode) MarshalText() ([]byte, error)     { return []byte(m), nil }

// Colour is what a pixel of a picture becomes.
type Colour string

func (Colour) Syntax() Syntax {
	return Syntax{Noun: "a form of pixels", Example: "grey", Enum: []string{"grey", "rgb"}}
}
func (c *Colour) UnmarshalText(text []byte) error { return pickWord(c, text) }
func (c Colour) MarshalText() ([]byte, error)     { return []byte(c), nil }

// Depth is the number of values of one pixel.
func (c Colour) Depth() int {
	if c == "rgb" {
		return 3
	}
	return 1
}

// Pixels is how a program writes the pixels of its pictures.
type Pixels string

func (Pixels) Syntax() Syntax {
	return Syntax{Noun: "a form of pixels", Example: "grey", Enum: []string{"grey", "rgb", "yuyv", "i420"}}
}
func (p *Pixels) UnmarshalText(text []byte) error { return pickWord(p, text) }
func (p Pixels) MarshalText() ([]byte, error)     { return []byte(p), nil }

// FormatAuto leaves the camera's format to the driver.
const FormatAuto CameraForm = "auto"

// CameraForm is what a camera is asked for.
type CameraForm string

func (CameraForm) Syntax() Syntax {
	return Syntax{Noun: "a camera's format", Example: "yuyv", Enum: []string{"auto", "grey", "yuyv", "rgb", "i420", "mjpeg"}}
}
func (f *CameraForm) UnmarshalText(text []byte) error { return pickWord(f, text) }
func (f CameraForm) MarshalText() ([]byte, error)     { return []byte(f), nil }

// Baud is the speed of a serial line.
type Baud string

func (Baud) Syntax() Syntax {
	return Syntax{Noun: "a serial line's speed", Example: "115200", Number: true, Enum: []string{
		"1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200", "230400", "460800", "921600", "1000000", "2000000",
	}}
}
func (b *Baud) UnmarshalText(text []byte) error { return pickWord(b, text) }
func (b Baud) MarshalText() ([]byte, error)     { return []byte(b), nil }

// Int is the speed in bits per second.
func (b Baud) Int() int { return int(leading(string(b))) }

// SystemValue is something that a machine says of itself.
type SystemValue string

func (SystemValue) Syntax() Syntax {
	return Syntax{Noun: "a value of the machine", Example: "load", Enum: []string{"cpu_temperature", "throttling", "load", "memory", "disk", "supply"}}
}
func (v *SystemValue) UnmarshalText(text []byte) error { return pickWord(v, text) }
func (v SystemValue) MarshalText() ([]byte, error)     { return []byte(v), nil }
