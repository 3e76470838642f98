package config

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// Bytes is an amount of memory or disk, written with a unit: 512B, 32KiB, 64MiB, 2GB.
type Bytes int64

const bytesPattern = `^[0-9]{1,15}(B|kB|MB|GB|KiB|MiB|GiB)$`

var (
	bytesRE     = regexp.MustCompile(`^([0-9]{1,15})(B|kB|MB|GB|KiB|MiB|GiB)$`)
	bytesFactor = map[string]int64{"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
	bytesUnits  = []string{"GiB", "MiB", "KiB", "GB", "MB", "kB"}
)

func (Bytes) Syntax() Syntax {
	return Syntax{Noun: "a size with its unit", Example: "64MiB", Pattern: bytesPattern}
}

func (b *Bytes) UnmarshalText(text []byte) error {
	m, err := b.Syntax().match(bytesRE, string(text))
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	f := bytesFactor[m[2]]
	if err != nil || n > math.MaxInt64/f {
		return fmt.Errorf("%q is too large", text)
	}
	*b = Bytes(n * f)
	return nil
}

func (b Bytes) MarshalText() ([]byte, error) {
	for _, u := range bytesUnits {
		if f := bytesFactor[u]; b > 0 && int64(b)%f == 0 {
			return fmt.Appendf(nil, "%d%s", int64(b)/f, u), nil
		}
	}
	return fmt.Appendf(nil, "%dB", int64(b)), nil
}

func (b Bytes) String() string { return text(b) }

// Hertz is a rate, written with its unit: 10Hz, 0.5Hz, 16kHz.
type Hertz hal.Hertz

const hertzPattern = `^[0-9]{1,9}(\.[0-9]{1,9})?(Hz|kHz|MHz)$`

var (
	hertzRE     = regexp.MustCompile(`^([0-9]{1,9}(?:\.[0-9]{1,9})?)(Hz|kHz|MHz)$`)
	hertzFactor = map[string]float64{"Hz": 1, "kHz": 1e3, "MHz": 1e6}
)

func (Hertz) Syntax() Syntax {
	return Syntax{Noun: "a rate with its unit", Example: "10Hz", Pattern: hertzPattern}
}

func (h *Hertz) UnmarshalText(text []byte) error {
	m, err := h.Syntax().match(hertzRE, string(text))
	if err != nil {
		return err
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil || f == 0 {
		return fmt.Errorf("%q is no rate: it must be more than 0Hz", text)
	}
	*h = Hertz(f * hertzFactor[m[2]])
	return nil
}

func (h Hertz) MarshalText() ([]byte, error) {
	return append(strconv.AppendFloat(nil, float64(h), 'f', -1, 64), "Hz"...), nil
}

func (h Hertz) String() string { return text(h) }

// Duration is a span of time, written with its unit: 20ms, 1s, 1m30s.
type Duration time.Duration

const durationPattern = `^([0-9]{1,9}(\.[0-9]{1,9})?(us|ms|s|m|h))+$`

var durationRE = regexp.MustCompile(durationPattern)

func (Duration) Syntax() Syntax {
	return Syntax{Noun: "a duration with its unit", Example: "1s", Pattern: durationPattern}
}

func (d *Duration) UnmarshalText(text []byte) error {
	if _, err := d.Syntax().match(durationRE, string(text)); err != nil {
		return err
	}
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is too long", text)
	}
	*d = Duration(v)
	return nil
}

func (d Duration) MarshalText() ([]byte, error) {
	s := time.Duration(d).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return []byte(strings.Replace(s, "µs", "us", 1)), nil
}

func (d Duration) String() string { return text(d) }

// Share is a part of a whole, 0 to 1; written as a number or in per cent: 0.7, 70%.
type Share float64

const sharePattern = `^[0-9]{1,3}(\.[0-9]{1,9})?%?$`

var shareRE = regexp.MustCompile(`^([0-9]{1,3}(?:\.[0-9]{1,9})?)(%?)$`)

func (Share) Syntax() Syntax {
	return Syntax{Noun: "a share between 0 and 1", Example: "0.7 or 70%", Pattern: sharePattern, Number: true, Least: "0"}
}

func (s *Share) UnmarshalText(text []byte) error {
	m, err := s.Syntax().match(shareRE, string(text))
	if err != nil {
		return err
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if m[2] == "%" {
		f /= 100
	}
	if err != nil || f > 1 {
		return mismatch{string(text), s.Syntax()}
	}
	*s = Share(f)
	return nil
}

func (s Share) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(s), 'f', -1, 64), nil
}

func (s Share) String() string { return text(s) }

// Speed is how fast a recording is replayed: 1 is real time, 10 ten times that, max (written 0 or max) as fast as the
// pipelines read.
type Speed float64

const speedPattern = `^([0-9]{1,4}(\.[0-9]{1,9})?|max)$`

var speedRE = regexp.MustCompile(speedPattern)

func (Speed) Syntax() Syntax {
	return Syntax{Noun: "a speed", Example: "1 (real time), 10 or max", Pattern: speedPattern, Number: true, Least: "0"}
}

func (s *Speed) UnmarshalText(text []byte) error {
	if string(text) == "max" {
		*s = 0
		return nil
	}
	if _, err := s.Syntax().match(speedRE, string(text)); err != nil {
		return err
	}
	f, err := strconv.ParseFloat(string(text), 64)
	*s = Speed(f)
	return err
}

func (s Speed) MarshalText() ([]byte, error) {
	if s == 0 {
		return []byte("max"), nil
	}
	return strconv.AppendFloat(nil, float64(s), 'f', -1, 64), nil
}

func (s Speed) String() string { return text(s) }

// text is for String methods: none of these MarshalText can fail.
func text(s interface{ MarshalText() ([]byte, error) }) string {
	b, err := s.MarshalText()
	if err != nil {
		panic(err) // broken invariant: see above
	}
	return string(b)
}
