package iio

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Format is how one channel's value stands in a frame: a scan type of the kernel, as "le:s12/16>>4".
type Format struct {
	Big     bool // big endian
	Sign    byte // 's' two's complement, 'u' unsigned, 'f' IEEE 754
	Bits    int  // that count
	Storage int  // bits that it takes: 8, 16, 32 or 64
	Repeat  int  // values in a row, 1 for most
	Shift   int  // to the right, before the bits that count are cut out
}

// maxRepeat is more than any driver has (a quaternion has 4).
const maxRepeat = 16

// ParseFormat reads a scan type: [be|le]:[s|u|f]bits/storage[Xrepeat][>>shift].
func ParseFormat(text string) (Format, error) {
	f, err := parseFormat(text)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return Format{}, fmt.Errorf("parse scan type %q: %w", text, err)
	}
	return f, nil
}

func parseFormat(text string) (Format, error) {
	order, rest, ok := strings.Cut(text, ":")
	if !ok || order != "le" && order != "be" || rest == "" {
		return Format{}, fmt.Errorf("want [be|le]:[s|u|f]bits/storage[Xrepeat][>>shift]")
	}
	f := Format{Big: order == "be", Sign: rest[0], Repeat: 1}
	rest, shift, shifted := strings.Cut(rest[1:], ">>")
	rest, repeat, repeats := strings.Cut(rest, "X")
	width, storage, ok := strings.Cut(rest, "/")
	if !ok {
		return Format{}, fmt.Errorf("no slash between the bits and their storage")
	}
	for _, part := range []struct {
		text string
		to   *int
		here bool
	}{{width, &f.Bits, true}, {storage, &f.Storage, true}, {repeat, &f.Repeat, repeats}, {shift, &f.Shift, shifted}} {
		if !part.here {
			continue
		}
		n, err := strconv.ParseUint(part.text, 10, 8)
		if err != nil {
			return Format{}, fmt.Errorf("number %q: %w", part.text, err)
		}
		*part.to = int(n)
	}
	return f, nil
}

// check refuses what no kernel means: their alignment rules hold for powers of two only.
func (f Format) check() error {
	switch {
	case f.Storage != 8 && f.Storage != 16 && f.Storage != 32 && f.Storage != 64:
		return fmt.Errorf("storage of %d bits, want 8, 16, 32 or 64", f.Storage)
	case f.Bits < 1 || f.Bits+f.Shift > f.Storage:
		return fmt.Errorf("%d bits shifted by %d do not fit %d", f.Bits, f.Shift, f.Storage)
	case f.Repeat < 1 || f.Repeat > maxRepeat || bits.OnesCount(uint(f.Repeat)) != 1:
		return fmt.Errorf("repeat of %d, want a power of two up to %d", f.Repeat, maxRepeat)
	case f.Sign == 'f' && (f.Bits != f.Storage || f.Shift != 0 || f.Storage < 32):
		return fmt.Errorf("floating point of %d bits in %d, want all of 32 or 64", f.Bits, f.Storage)
	case f.Sign != 's' && f.Sign != 'u' && f.Sign != 'f':
		return fmt.Errorf("sign %q, want s, u or f", f.Sign)
	}
	return nil
}

// String is the scan type as the kernel writes it.
func (f Format) String() string {
	order, repeat := "le", ""
	if f.Big {
		order = "be"
	}
	if f.Repeat > 1 {
		repeat = fmt.Sprintf("X%d", f.Repeat)
	}
	return fmt.Sprintf("%s:%c%d/%d%s>>%d", order, f.Sign, f.Bits, f.Storage, repeat, f.Shift)
}

// Size is how many bytes the channel takes in a frame, and its alignment there.
func (f Format) Size() int { return f.Storage / 8 * f.Repeat }

// Value is the raw value that stands at the head of p. It does not allocate.
func (f Format) Value(p []byte) float64 {
	u := f.word(p)
	if f.Sign == 'f' {
		if f.Storage == 32 {
			return float64(math.Float32frombits(uint32(u)))
		}
		return math.Float64frombits(u)
	}
	u >>= f.Shift
	unused := 64 - f.Bits
	if f.Sign == 's' {
		return float64(int64(u<<unused) >> unused)
	}
	return float64(u << unused >> unused)
}

// Integer is Value for what needs all 64 bits: time stamps.
func (f Format) Integer(p []byte) int64 {
	unused := 64 - f.Bits
	return int64(f.word(p)>>f.Shift<<unused) >> unused
}

func (f Format) word(p []byte) uint64 {
	switch {
	case f.Storage == 8:
		return uint64(p[0])
	case f.Storage == 16 && f.Big:
		return uint64(binary.BigEndian.Uint16(p))
	case f.Storage == 16:
		return uint64(binary.LittleEndian.Uint16(p))
	case f.Storage == 32 && f.Big:
		return uint64(binary.BigEndian.Uint32(p))
	case f.Storage == 32:
		return uint64(binary.LittleEndian.Uint32(p))
	case f.Big:
		return binary.BigEndian.Uint64(p)
	}
	return binary.LittleEndian.Uint64(p)
}
