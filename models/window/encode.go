package window

import (
	"encoding/binary"
	"math"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// encoder scales samples and writes them in the input tensor's type.
type encoder struct {
	mean, gain []float32 // one per channel
	typ        engine.DType
	zero       int32
	low, high  int32 // limits of the stored value
}

func newEncoder(c *Config) encoder {
	lo, hi, _ := limits(c.Type)
	return encoder{mean: c.means(), gain: c.gains(), typ: c.Type, zero: c.Quant.ZeroPoint, low: lo, high: hi}
}

// run encodes whole samples of src into dst and returns the position of the last sample that holds a value that is
// not finite, or -1. Subtracting before multiplying keeps channels exact whose mean is large beside their spread, and
// leaves the compiler no multiply-add to fuse: every architecture gives the same bytes.
func (e *encoder) run(dst []byte, src []float32) (bad int) {
	bad = -1
	size := e.typ.Size()
	for s, n := 0, len(e.gain); len(src) >= n; s++ {
		var ok bool
		if e.typ == engine.Float32 {
			ok = e.floats(dst, src[:n])
		} else {
			ok = e.steps(dst[:n], src[:n])
		}
		if !ok {
			bad = s
		}
		src, dst = src[n:], dst[n*size:]
	}
	return bad
}

// all encodes values that every channel treats alike and reports whether they are finite. Unlike run it needs no whole
// samples.
func (e *encoder) all(dst []byte, src []float32) bool {
	ok, size := true, e.typ.Size()
	for len(src) > 0 {
		n := min(len(src), len(e.gain))
		if e.typ == engine.Float32 {
			ok = e.floats(dst, src[:n]) && ok
		} else {
			ok = e.steps(dst[:n], src[:n]) && ok
		}
		src, dst = src[n:], dst[n*size:]
	}
	return ok
}

func (e *encoder) floats(dst []byte, src []float32) bool {
	mean, gain := e.mean[:len(src)], e.gain[:len(src)]
	ok := true
	for c, x := range src {
		v := (x - mean[c]) * gain[c]
		if v-v != 0 { // NaN or infinite
			ok = false
		}
		binary.NativeEndian.PutUint32(dst[4*c:], math.Float32bits(v))
	}
	return ok
}

// steps serves int8 and uint8: both are the low byte of the sum.
func (e *encoder) steps(dst []byte, src []float32) bool {
	mean, gain := e.mean[:len(src)], e.gain[:len(src)]
	dst = dst[:len(src)]
	low, high, zero := e.low, e.high, e.zero
	ok := true
	for c, x := range src {
		s := (x - mean[c]) * gain[c]
		bits := math.Float32bits(s)
		if bits&^sign >= farBits { // far outside, infinite or NaN: rare
			dst[c] = byte(e.far(s))
			ok = ok && x-x == 0
			continue
		}
		dst[c] = byte(max(low, min(high, round(s, bits)+zero)))
	}
	return ok
}

const (
	sign     = 1 << 31
	farBits  = 0x49742400 // 1e6 as float32: every quantised type ends well before
	halfBits = 0x3EFFFFFF // the float32 just below 0.5
)

// round is half away from zero without a branch: truncation after adding almost a half of the value's own sign. With
// a whole half, float32 would round the value just below 0.5 up; with almost a half, 0.5 itself still sums to 1,
// because the sum's last bit rounds to even. Checked against math.Round for every float32 up to farBits.
func round(s float32, bits uint32) int32 {
	return int32(s + math.Float32frombits(bits&sign|halfBits))
}

// far is the saturated value of a step beyond farBits; of NaN it is anything.
func (e *encoder) far(s float32) int32 {
	if s > 0 {
		return e.high
	}
	return e.low
}
