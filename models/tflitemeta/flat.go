package tflitemeta

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"unicode/utf8"
)

var (
	errBounds  = errors.New("an offset leaves the file")
	errTangled = errors.New("too many parts refer to the same bytes")
)

// flat reads one FlatBuffer. It keeps the first thing that is wrong and gives zeros from then on.
type flat struct {
	b    []byte
	err  error
	left int // bytes and elements that may still be looked at: offsets may alias
}

func newFlat(b []byte) *flat { return &flat{b: b, left: 4*len(b) + 4096} }

func (f *flat) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// take checks that n bytes at off are there, and counts them.
func (f *flat) take(off, n int) bool {
	if f.left -= n; f.left < 0 {
		f.fail(errTangled)
	}
	if off < 0 || n < 0 || off > len(f.b) || n > len(f.b)-off {
		f.fail(errBounds)
	}
	return f.err == nil
}

func (f *flat) u16(off int) int {
	if !f.take(off, 2) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(f.b[off:]))
}

func (f *flat) u32(off int) int {
	if !f.take(off, 4) {
		return 0
	}
	return int(binary.LittleEndian.Uint32(f.b[off:]))
}

// table is one table; where it is absent, at is zero and every field has its default.
type table struct {
	f  *flat
	at int
}

func (f *flat) root() table {
	at := f.u32(0)
	if f.err != nil || at == 0 {
		f.fail(errBounds)
	}
	return table{f, at}
}

// field is the place of field i, of size bytes; zero when it is absent.
func (t table) field(i, size int) int {
	if t.at == 0 || t.f.err != nil {
		return 0
	}
	vtable := t.at - int(int32(t.f.u32(t.at)))
	slot := 4 + 2*i
	if slot+2 > t.f.u16(vtable) || t.f.err != nil {
		return 0
	}
	off := t.f.u16(vtable + slot)
	if off == 0 || !t.f.take(t.at+off, size) {
		return 0
	}
	return t.at + off
}

func (t table) byte(i int) int {
	if p := t.field(i, 1); p != 0 {
		return int(t.f.b[p])
	}
	return 0
}

func (t table) whole(i int) int {
	if p := t.field(i, 4); p != 0 {
		return t.f.u32(p)
	}
	return 0
}

func (t table) float(i int) float32 { return math.Float32frombits(uint32(t.whole(i))) }

// follow is where the offset in field i leads; zero when the field is absent.
func (t table) follow(i int) int {
	if p := t.field(i, 4); p != 0 {
		return p + t.f.u32(p)
	}
	return 0
}

func (t table) table(i int) table { return table{t.f, t.follow(i)} }

// list is a vector: n elements of size bytes from at.
type list struct {
	f     *flat
	at, n int
}

func (t table) list(i, size int) list {
	p := t.follow(i)
	if p == 0 {
		return list{f: t.f}
	}
	n := t.f.u32(p)
	if n > len(t.f.b) || !t.f.take(p+4, n*size) {
		t.f.fail(errBounds)
		return list{f: t.f}
	}
	return list{t.f, p + 4, n}
}

// each calls do for every table of a vector of tables.
func (l list) each(do func(i int, t table)) {
	for i := 0; i < l.n && l.f.err == nil; i++ {
		p := l.at + 4*i
		do(i, table{l.f, p + l.f.u32(p)})
	}
}

func (l list) ints() (all []int) {
	for i := 0; i < l.n && l.f.err == nil; i++ {
		all = append(all, int(int32(l.f.u32(l.at+4*i))))
	}
	return all
}

func (l list) floats() (all []float32) {
	for i := 0; i < l.n && l.f.err == nil; i++ {
		all = append(all, math.Float32frombits(uint32(l.f.u32(l.at+4*i))))
	}
	return all
}

func (l list) bytes() []byte {
	if l.n == 0 || l.f.err != nil {
		return nil
	}
	return l.f.b[l.at : l.at+l.n]
}

// texts are the strings of a vector of them.
func (l list) texts() (all []string) {
	for i := 0; i < l.n && l.f.err == nil; i++ {
		p := l.at + 4*i
		all = append(all, l.f.text(p+l.f.u32(p)))
	}
	return all
}

func (t table) text(i int) string {
	if p := t.follow(i); p != 0 {
		return t.f.text(p)
	}
	return ""
}

// maxText is the longest text that is kept.
const maxText = 4096

// text is the string at p, without what is no UTF-8.
func (f *flat) text(p int) string {
	n := f.u32(p)
	if n > len(f.b) || !f.take(p+4, n) {
		f.fail(errBounds)
		return ""
	}
	s := strings.ToValidUTF8(string(f.b[p+4:p+4+min(n, maxText)]), string(utf8.RuneError))
	return strings.TrimRight(s, "\x00")
}
