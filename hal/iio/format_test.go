package iio_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/hal/iio"
)

func TestValues(t *testing.T) {
	for _, c := range []struct {
		format string
		bytes  []byte
		want   float64
	}{
		{"le:s16/16>>0", []byte{0xf0, 0xff}, -16},
		{"be:s16/16>>0", []byte{0xff, 0xf0}, -16},
		{"le:s12/16>>4", []byte{0x0f, 0x80}, -2048}, // the low four bits are not the value's
		{"le:s12/16>>4", []byte{0xff, 0x7f}, 2047},
		{"be:u12/16>>4", []byte{0xff, 0xff}, 4095},
		{"le:u12/16", []byte{0xff, 0xff}, 4095}, // the shift may be left out; bits above are cut
		{"le:s8/8>>0", []byte{0x80}, -128},
		{"be:u24/32>>8", []byte{0x01, 0x02, 0x03, 0xff}, 0x010203},
		{"le:s24/32>>0", []byte{0xff, 0xff, 0xff, 0x00}, -1},
		{"le:s64/64>>0", []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, -2},
		{"le:u64/64>>0", []byte{0, 0, 0, 0, 0, 0, 0, 0x80}, 1 << 63},
		{"le:f32/32>>0", []byte{0, 0, 0xc0, 0x3f}, 1.5},
		{"be:f64/64", []byte{0x3f, 0xf8, 0, 0, 0, 0, 0, 0}, 1.5},
	} {
		f, err := iio.ParseFormat(c.format)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := f.Value(c.bytes); got != c.want {
			t.Errorf("%s of % x: %v, want %v", c.format, c.bytes, got, c.want)
		}
	}
}

func TestFormatsThatNoKernelMeans(t *testing.T) {
	for _, text := range []string{
		"", "le", "le:", "xe:s16/16>>0", "le:s16", "le:q16/16>>0", "le:s0/16>>0", "le:s17/16>>0", "le:s12/16>>5", "le:s24/24>>0",
		"le:s16/16X0>>0", "le:s16/16X3>>0", "le:s16/16X32>>0", "le:s16/16>>-1", "le:s16/16>>", "le:f16/16>>0", "le:f32/64>>0", "le:s300/512>>0", "le:s16/16>>0 ",
	} {
		if f, err := iio.ParseFormat(text); err == nil {
			t.Errorf("%q is taken for %+v", text, f)
		}
	}
}

func TestQuaternion(t *testing.T) {
	f, err := iio.ParseFormat("le:s16/16X4>>0")
	if err != nil || f.Repeat != 4 || f.Size() != 8 {
		t.Errorf("%+v, %v", f, err)
	}
}

// formats draws what a driver may declare.
func formats(t *rapid.T, repeats ...int) iio.Format {
	f := iio.Format{
		Big: rapid.Bool().Draw(t, "big"), Sign: rapid.SampledFrom([]byte("su")).Draw(t, "sign"),
		Storage: rapid.SampledFrom([]int{8, 16, 32, 64}).Draw(t, "storage"), Repeat: rapid.SampledFrom(append(repeats, 1)).Draw(t, "repeat"),
	}
	f.Bits = rapid.IntRange(1, f.Storage).Draw(t, "bits")
	f.Shift = rapid.IntRange(0, f.Storage-f.Bits).Draw(t, "shift")
	return f
}

// TestRoundTrip puts a value into a frame by arithmetic of its own, among bits that are noise, and gets it back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := formats(t)
		noise := rapid.Uint64().Draw(t, "noise")
		low, high := int64(0), int64(1)<<min(f.Bits, 52)-1
		if f.Sign == 's' {
			low, high = -(int64(1) << min(f.Bits-1, 52)), int64(1)<<min(f.Bits-1, 52)-1
		}
		v := rapid.Int64Range(low, high).Draw(t, "value")
		word := noise
		for i := range f.Bits { // bit by bit
			word &^= 1 << (f.Shift + i)
			word |= uint64(v) >> i & 1 << (f.Shift + i)
		}
		p := make([]byte, 8)
		binary.LittleEndian.PutUint64(p, word)
		p = p[:f.Storage/8]
		if f.Big {
			slices.Reverse(p)
		}
		again, err := iio.ParseFormat(f.String())
		if err != nil || again != f {
			t.Fatalf("%s is parsed as %+v, %v", f, again, err)
		}
		if got := again.Value(p); got != float64(v) {
			t.Fatalf("%s of % x: %v, want %d", f, p, got, v)
		}
	})
}

func FuzzParseFormat(f *testing.F) {
	for _, s := range []string{"le:s16/16>>0", "be:u12/16X4>>4", "le:f32/32", "le:s64/64>>0", "le:s8/8X2"} {
		f.Add(s, []byte{1, 2, 3, 4, 5, 6, 7, 8})
	}
	f.Fuzz(func(t *testing.T, text string, frame []byte) {
		format, err := iio.ParseFormat(text)
		if err != nil {
			return
		}
		if again, err := iio.ParseFormat(format.String()); err != nil || again != format {
			t.Errorf("%q is %+v, which is written as %q: %+v, %v", text, format, format, again, err)
		}
		frame = append(frame, make([]byte, 8)...)
		v := format.Value(frame)
		if format.Sign == 'u' && v < 0 || format.Sign != 'f' && math.Abs(v) > math.Exp2(float64(format.Bits)) {
			t.Errorf("%q of % x is %v", text, frame, v)
		}
	})
}

func TestAValueCostsNothing(t *testing.T) {
	f, err := iio.ParseFormat("be:s12/16>>4")
	if err != nil {
		t.Fatal(err)
	}
	p, sum := []byte{1, 2}, 0.0
	if n := testing.AllocsPerRun(100, func() { sum += f.Value(p) }); n != 0 {
		t.Errorf("%v allocations for each value", n)
	}
}
