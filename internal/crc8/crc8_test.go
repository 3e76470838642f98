package crc8_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/internal/crc8"
)

// TestDataSheets: the worked examples of two makers, and the check value of the catalogue of CRC algorithms
// (CRC-8/NRSC-5: "123456789" gives 0xf7).
func TestDataSheets(t *testing.T) {
	for _, c := range []struct {
		bytes string
		want  byte
	}{
		{"\xbe\xef", 0x92}, // Sensirion SCD4x
		{"\xab\xcd", 0x6f}, // TI HDC302x
		{"123456789", 0xf7},
		{"", 0xff},
	} {
		if got := crc8.Sum([]byte(c.bytes)); got != c.want {
			t.Errorf("checksum of % x is 0x%02x, want 0x%02x", c.bytes, got, c.want)
		}
	}
}
