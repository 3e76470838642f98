package tflite

import (
	"encoding/binary"
	"errors"
	"math"
)

// A model is a FlatBuffer: little-endian tables that refer to each other by offsets. The types here read one with every
// offset checked against the bytes that are there. A reader remembers the first thing that was wrong and from then on
// gives zeros, so that callers read straight on and ask once.

var (
	errBounds  = errors.New("an offset leaves the file")
	errTangled = errors.New("too many parts refer to the same bytes")
)

type reader struct {
	b   []byte
	err error
	// work is how many elements may still be looked at. Offsets may alias, so a small hostile file could otherwise ask
	// for quadratic time.
	work int
}

func newReader(b []byte) *reader { return &reader{b: b, work: 16*len(b) + 1024} }

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// has reports whether n bytes at off exist, and fails the reader if not.
func (r *reader) has(off, n int) bool {
	if r.err != nil {
		return false
	}
	if off < 0 || n < 0 || off > len(r.b) || n > len(r.b)-off {
		r.fail(errBounds)
		return false
	}
	return true
}

func (r *reader) u16(off int) int {
	if !r.has(off, 2) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(r.b[off:]))
}

func (r *reader) bits(off int) uint32 {
	if !r.has(off, 4) {
		return 0
	}
	return binary.LittleEndian.Uint32(r.b[off:])
}

// u32 is an offset, a length or an index. What is beyond the largest file stays so where an int has 32 bits.
func (r *reader) u32(off int) int { return int(min(r.bits(off), math.MaxInt32)) }

func (r *reader) i32(off int) int { return int(int32(r.bits(off))) }

// table is one FlatBuffer table; at zero means absent.
type table struct {
	r       *reader
	at      int // start of the table
	vtable  int
	vsize   int // bytes of the vtable
	objsize int // bytes of the table
}

// tableAt checks the table that starts at off: its vtable and itself lie in the file.
func (r *reader) tableAt(off int) table {
	if r.work--; r.work < 0 {
		r.fail(errTangled)
	}
	t := table{r: r, at: off}
	back := r.i32(off)
	t.vtable = off - back
	t.vsize, t.objsize = r.u16(t.vtable), r.u16(t.vtable+2)
	if r.err != nil || t.vsize < 4 || t.objsize < 4 || !r.has(t.vtable, t.vsize) || !r.has(off, t.objsize) {
		r.fail(errBounds)
		return table{r: r}
	}
	return t
}

// field is the position of field i with room for size bytes inside the table; zero when the field is absent.
func (t table) field(i, size int) int {
	if t.at == 0 || 4+2*i+2 > t.vsize {
		return 0
	}
	off := t.r.u16(t.vtable + 4 + 2*i)
	if off == 0 {
		return 0
	}
	if off < 4 || off+size > t.objsize {
		t.r.fail(errBounds)
		return 0
	}
	return t.at + off
}

func (t table) has(i int) bool { return t.field(i, 1) != 0 }

func (t table) u8(i int) int {
	if p := t.field(i, 1); p != 0 {
		return int(t.r.b[p])
	}
	return 0
}

func (t table) i32(i, absent int) int {
	if p := t.field(i, 4); p != 0 {
		return t.r.i32(p)
	}
	return absent
}

func (t table) u32(i int) int {
	if p := t.field(i, 4); p != 0 {
		return t.r.u32(p)
	}
	return 0
}

func (t table) u64(i int) uint64 {
	if p := t.field(i, 8); p != 0 && t.r.has(p, 8) {
		return binary.LittleEndian.Uint64(t.r.b[p:])
	}
	return 0
}

// ref follows the offset in field i; zero when absent.
func (t table) ref(i int) int {
	p := t.field(i, 4)
	if p == 0 {
		return 0
	}
	to := p + t.r.u32(p)
	if !t.r.has(to, 4) {
		return 0
	}
	return to
}

// sub is the table that field i refers to.
func (t table) sub(i int) table {
	if p := t.ref(i); p != 0 {
		return t.r.tableAt(p)
	}
	return table{r: t.r}
}

// vector is the array that field i refers to: n elements of size bytes from at.
type vector struct {
	r     *reader
	at, n int
}

func (t table) vector(i, size int) vector {
	p := t.ref(i)
	if p == 0 {
		return vector{r: t.r}
	}
	n := t.r.u32(p)
	if n > math.MaxInt32/size || !t.r.has(p+4, n*size) {
		t.r.fail(errBounds)
		return vector{r: t.r}
	}
	if t.r.work -= n; size > 1 && t.r.work < 0 {
		t.r.fail(errTangled)
	} else if size == 1 {
		t.r.work += n // bytes are not walked
	}
	return vector{r: t.r, at: p + 4, n: n}
}

func (v vector) i32(i int) int { return v.r.i32(v.at + 4*i) }

func (v vector) f32(i int) float32 { return math.Float32frombits(v.r.bits(v.at + 4*i)) }

func (v vector) i64(i int) int64 {
	if !v.r.has(v.at+8*i, 8) {
		return 0
	}
	return int64(binary.LittleEndian.Uint64(v.r.b[v.at+8*i:]))
}

// table is element i of a vector of offsets to tables.
func (v vector) table(i int) table {
	p := v.at + 4*i
	return v.r.tableAt(p + v.r.u32(p))
}

// ints copies a vector of int32.
func (v vector) ints() []int {
	if v.n == 0 || v.r.err != nil {
		return nil
	}
	all := make([]int, v.n)
	for i := range all {
		all[i] = v.i32(i)
	}
	return all
}

// text is the string in field i, which must end with a zero byte: the C library uses it as a C string.
func (t table) text(i int) string {
	v := t.vector(i, 1)
	if v.at == 0 || !t.r.has(v.at, v.n+1) {
		return ""
	}
	if t.r.work -= v.n; t.r.work < 0 {
		t.r.fail(errTangled)
		return ""
	}
	if t.r.b[v.at+v.n] != 0 {
		t.r.fail(errBounds)
	}
	return string(v.r.b[v.at : v.at+v.n])
}
