package lsm6ds_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/fifo/fifotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds"
)

// stillChip is registers only: identity, a reset that ends, two sensors that are always ready with the same bytes, and
// a FIFO of the given words.
func stillChip(gyroAccel []byte, words []byte) *chiptest.Registers {
	r := &chiptest.Registers{}
	r.Set(0x0F, 0x6C)
	r.Set(0x1E, 0x03)
	r.Set(0x22, gyroAccel...)
	r.OnWrite = func(reg, v uint8) {
		if reg == 0x12 {
			r.Poke(0x12, v&^0x81)
		}
	}
	given := 0
	r.OnRead = func(reg uint8) (uint8, bool) {
		left := (len(words) - given) / 7
		switch {
		case reg == 0x3A:
			return byte(left), true
		case reg == 0x3B:
			return byte(left>>8) & 3, true
		case reg >= 0x78 && reg <= 0x7E && given < len(words):
			given++
			return words[given-1], true
		}
		return 0, false
	}
	r.Next = func(reg uint8) uint8 {
		if reg == 0x7E {
			return 0x78
		}
		return reg + 1
	}
	return r
}

// TestWorkedExamples are those of AN5192, tables "output data registers content vs. acceleration (FS_XL = 2 g)" and
// "vs. angular rate (FS_G = 250 dps)".
func TestWorkedExamples(t *testing.T) {
	for _, c := range []struct {
		gyro, accel [2]byte // low, high
		dps, mg     float64
	}{
		{[2]byte{0x00, 0x00}, [2]byte{0x00, 0x00}, 0, 0},
		{[2]byte{0xA4, 0x2C}, [2]byte{0x69, 0x16}, 100, 350},
		{[2]byte{0x49, 0x59}, [2]byte{0x09, 0x40}, 200, 1000},
		{[2]byte{0x5C, 0xD3}, [2]byte{0x97, 0xE9}, -100, -350},
		{[2]byte{0xB7, 0xA6}, [2]byte{0xF7, 0xBF}, -200, -1000},
	} {
		g, a := c.gyro, c.accel
		regs := stillChip([]byte{g[0], g[1], g[0], g[1], g[0], g[1], a[0], a[1], a[0], a[1], a[0], a[1]}, nil)
		b := chiptest.New(map[uint16]chiptest.Model{0x6B: regs})
		b.Keep()
		var got hal.Block
		_, err := fifotest.Play(t, 350*time.Millisecond, func() hal.Source {
			return lsm6ds.NewPolled(lsm6ds.Config{Bus: b.Open, Address: 0x6B, Accel: 2, Gyro: 250, Clock: haltest.Clock{}})
		}, func(b hal.Block) { b.Values = append([]float32(nil), b.Values...); got = b })
		if err != nil || got.Samples() != 1 {
			t.Fatalf("%v, %+v", err, got)
		}
		for i := range 3 {
			if mg := float64(got.Values[i]) / 9.80665 * 1000; math.Abs(mg-c.mg) > 0.1 {
				t.Errorf("% x: %v mg, want %v", a, mg, c.mg)
			}
			if dps := float64(got.Values[3+i]) * 180 / math.Pi; math.Abs(dps-c.dps) > 0.01 {
				t.Errorf("% x: %v dps, want %v", g, dps, c.dps)
			}
		}
		// Flags and both sensors come in one transfer, so no sample can be torn.
		for _, op := range b.Ops() {
			if len(op.Write) == 1 && op.Write[0] >= 0x1E && op.Write[0] < 0x2E && (op.Write[0] != 0x1E || len(op.Read) != 16) {
				t.Errorf("output registers are read in pieces: %d bytes from 0x%02x", len(op.Read), op.Write[0])
			}
		}
	}
}

// FuzzWords: whatever the FIFO's words are, a sample is the accelerometer's and the gyroscope's words of one slot,
// both of even parity.
func FuzzWords(f *testing.F) {
	f.Add([]byte{0x0A, 1, 0, 0, 0, 0, 0, 0x12, 2, 0, 0, 0, 0, 0})
	f.Add([]byte{0x0A, 1, 0, 0, 0, 0, 0, 0x14, 2, 0, 0, 0, 0, 0, 0x0C, 3, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, words []byte) {
		words = words[:min(len(words)/7, 512)*7]
		b := chiptest.New(map[uint16]chiptest.Model{0x6A: stillChip(make([]byte, 12), words)})
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_ = lsm6ds.New(lsm6ds.Config{Bus: b.Open, Accel: 2, Clock: haltest.Clock{}}).Run(ctx, func(b hal.Block) {
				for i := range b.Samples() {
					if !together(words, b.Values[6*i:6*i+6]) {
						t.Errorf("sample %v is in no slot of % x", b.Values[6*i:6*i+6], words)
					}
				}
			})
		})
	})
}

// together looks for a slot that holds both words of a sample, by their first axis.
func together(words []byte, sample []float32) bool {
	raw := func(w []byte) float64 { return float64(int16(uint16(w[1]) | uint16(w[2])<<8)) }
	even := func(x byte) bool {
		n := 0
		for ; x != 0; x &= x - 1 {
			n++
		}
		return n%2 == 0
	}
	for i := 0; i+7 <= len(words); i += 7 {
		for j := 0; j+7 <= len(words); j += 7 {
			a, g := words[i:i+7], words[j:j+7]
			if a[0]>>3 == 2 && g[0]>>3 == 1 && a[0]&6 == g[0]&6 && even(a[0]) && even(g[0]) &&
				math.Abs(raw(a)*0.061e-3*9.80665-float64(sample[0])) < 1e-4 && math.Abs(raw(g)*17.5e-3*math.Pi/180-float64(sample[3])) < 1e-4 {
				return true
			}
		}
	}
	return false
}
