package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"time"
)

// A value in the file is the time in microseconds, a checksum of everything else, and the payload.
const valueHead = 8 + 4

// perRecord is what a record costs in memory and in the file beside its payload: value head, key, page element.
const perRecord = valueHead + 8 + 16

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendValue(dst []byte, at time.Duration, record []byte) []byte {
	begin := len(dst)
	dst = binary.BigEndian.AppendUint64(dst, uint64(at.Microseconds()))
	sum := crc32.Checksum(dst[begin:], castagnoli)
	dst = binary.BigEndian.AppendUint32(dst, crc32.Update(sum, castagnoli, record))
	return append(dst, record...)
}

var errChecksum = errors.New("checksum of a record does not match")

// splitValue is the inverse of appendValue; record is a view of v.
func splitValue(v []byte) (at time.Duration, record []byte, err error) {
	if len(v) < valueHead {
		return 0, nil, errChecksum
	}
	record = v[valueHead:]
	sum := crc32.Update(crc32.Checksum(v[:8], castagnoli), castagnoli, record)
	if sum != binary.BigEndian.Uint32(v[8:valueHead]) {
		return 0, nil, errChecksum
	}
	return time.Duration(binary.BigEndian.Uint64(v)) * time.Microsecond, record, nil
}

// queue holds the values of one stream that wait for their commit, in one piece of memory.
type queue struct {
	buf  []byte
	ends []int // where each value ends in buf
}

func (q *queue) len() int { return len(q.ends) }

func (q *queue) value(i int) []byte {
	begin := 0
	if i > 0 {
		begin = q.ends[i-1]
	}
	return q.buf[begin:q.ends[i]:q.ends[i]]
}

func (q *queue) add(at time.Duration, record []byte) {
	q.buf = appendValue(q.buf, at, record)
	q.ends = append(q.ends, len(q.buf))
}

// drop forgets the oldest n values and returns what they cost.
func (q *queue) drop(n int) int {
	cut := q.ends[n-1]
	q.buf = slices.Delete(q.buf, 0, cut)
	q.ends = slices.Delete(q.ends, 0, n)
	for i := range q.ends {
		q.ends[i] -= cut
	}
	return cost(cut, n)
}

func cost(bytes, records int) int { return bytes + records*(perRecord-valueHead) }

// keptCapacity is the buffer that an emptied queue keeps in any case.
const keptCapacity = 64 << 10

// reset empties q for its next use. A large buffer that was hardly used goes back to the collector: the burst is over.
func (q *queue) reset() {
	if cap(q.buf) > keptCapacity && len(q.buf) < cap(q.buf)/4 {
		*q = queue{}
		return
	}
	q.buf, q.ends = q.buf[:0], q.ends[:0]
}
