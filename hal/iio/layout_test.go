package iio_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/hal/iio"
)

func elements(t *testing.T, formats ...string) []iio.Element {
	t.Helper()
	var list []iio.Element
	for i, text := range formats {
		f, err := iio.ParseFormat(text)
		if err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprintf("voltage%d", i)
		if f.Storage == 64 && f.Sign == 's' {
			id = "timestamp"
		}
		list = append(list, iio.Element{ID: id, Index: i, Format: f})
	}
	return list
}

// TestLayouts: the rules of Documentation/driver-api/iio/buffers.rst, worked by hand.
func TestLayouts(t *testing.T) {
	const s16, s32, u8, time = "le:s16/16>>0", "le:s32/32>>0", "le:u8/8>>0", "le:s64/64>>0"
	for _, c := range []struct {
		name    string
		formats []string
		at      []int
		size    int
	}{
		{"three axes", []string{s16, s16, s16}, []int{0, 2, 4}, 6},
		{"three axes and a time", []string{s16, s16, s16, time}, []int{0, 2, 4, 8}, 16},
		{"one axis and a time", []string{s16, time}, []int{0, 8}, 16},
		{"six axes and a time", []string{s16, s16, s16, s16, s16, s16, time}, []int{0, 2, 4, 6, 8, 10, 16}, 24},
		{"a byte before a word", []string{u8, s32}, []int{0, 4}, 8},
		{"a byte after a word", []string{s32, u8}, []int{0, 4}, 8},
		{"byte, short, word, time", []string{u8, s16, s32, time}, []int{0, 2, 4, 8}, 16},
		{"a quaternion of shorts and a time", []string{u8, "le:s16/16X4>>0", time}, []int{0, 8, 16}, 24},
		{"only a time", []string{time}, []int{0}, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := elements(t, c.formats...)
			slices.Reverse(list) // the order of files in a folder means nothing
			l, err := iio.Lay(list)
			if err != nil {
				t.Fatal(err)
			}
			var at []int
			for _, e := range l.Elements {
				at = append(at, e.At)
			}
			if !slices.Equal(at, c.at) || l.Size != c.size {
				t.Errorf("at %v in %d bytes, want %v in %d", at, l.Size, c.at, c.size)
			}
		})
	}
}

func TestLayoutsThatAreRefused(t *testing.T) {
	twice := elements(t, "le:s16/16>>0", "le:s16/16>>0")
	twice[1].Index = 0
	for name, list := range map[string][]iio.Element{
		"nothing":                   nil,
		"one index twice":           twice,
		"a large one beside a time": elements(t, "le:s32/32X4>>0", "le:s64/64>>0"),
	} {
		if l, err := iio.Lay(list); err == nil {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// TestFramesHoldTogether: whatever is enabled, parts are aligned and apart, and the frame ends where the next may begin.
func TestFramesHoldTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []iio.Element
		for i := range rapid.IntRange(1, 8).Draw(t, "channels") {
			list = append(list, iio.Element{ID: fmt.Sprint("voltage", i), Index: i * 3, Format: formats(t, 2, 4)})
		}
		l, err := iio.Lay(rapid.Permutation(list).Draw(t, "order"))
		if err != nil {
			t.Fatal(err)
		}
		end, index := 0, -1
		for _, e := range l.Elements {
			size := e.Format.Storage / 8 * e.Format.Repeat
			if e.At%size != 0 || e.At < end || e.At >= end+size || e.Index <= index || l.Size%size != 0 {
				t.Fatalf("%s of %d bytes stands at %d after byte %d of %d", e.ID, size, e.At, end, l.Size)
			}
			end, index = e.At+size, e.Index
		}
		if l.Size < end || l.Size >= end+64 {
			t.Fatalf("frame of %d bytes ends at %d", l.Size, end)
		}
	})
}
