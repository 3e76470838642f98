package iio

import (
	"cmp"
	"fmt"
	"slices"
)

// timestamp is the kernel's name of the time in a frame.
const timestamp = "timestamp"

// Element is one channel's place in a frame.
type Element struct {
	ID     string
	Index  int
	Format Format
	At     int // byte in the frame, set by Lay
}

// Layout is how a frame of the buffer is built.
type Layout struct {
	Elements []Element // in the order of the frame; the time stamp, if any, is the last
	Size     int       // bytes of a frame
}

// Lay places the channels that are in the buffer as the kernel does (iio_compute_scan_bytes in
// drivers/iio/industrialio-buffer.c): in the order of their indices, each at a multiple of its own size, the time stamp
// last whatever its index, the frame a multiple of its largest part.
func Lay(enabled []Element) (Layout, error) {
	l := Layout{Elements: slices.Clone(enabled)}
	slices.SortFunc(l.Elements, func(a, b Element) int {
		if (a.ID == timestamp) != (b.ID == timestamp) {
			return cmp.Compare(bit(a.ID == timestamp), bit(b.ID == timestamp))
		}
		return cmp.Compare(a.Index, b.Index)
	})
	largest := 1
	for i := range l.Elements {
		e := &l.Elements[i]
		if i > 0 && e.Index == l.Elements[i-1].Index {
			return Layout{}, fmt.Errorf("scan elements %s and %s have the same index %d", l.Elements[i-1].ID, e.ID, e.Index)
		}
		size := e.Format.Size()
		e.At = align(l.Size, size)
		l.Size = e.At + size
		largest = max(largest, size)
	}
	if l.Size == 0 {
		return Layout{}, fmt.Errorf("no scan element is enabled")
	}
	if l.stamped() && largest > 8 {
		return Layout{}, fmt.Errorf("a scan element of %d bytes stands beside a time stamp: kernels differ in where they put the stamp; leave the large one out", largest)
	}
	l.Size = align(l.Size, largest)
	return l, nil
}

// stamped reports whether frames end with the kernel's time.
func (l Layout) stamped() bool {
	return len(l.Elements) > 0 && l.Elements[len(l.Elements)-1].ID == timestamp
}

// find is the element of a channel.
func (l Layout) find(id string) (Element, bool) {
	i := slices.IndexFunc(l.Elements, func(e Element) bool { return e.ID == id })
	if i < 0 {
		return Element{}, false
	}
	return l.Elements[i], true
}

func align(n, to int) int { return (n + to - 1) / to * to }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
