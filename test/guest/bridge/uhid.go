package bridge

import (
	"encoding/binary"
	"fmt"
)

// Events of /dev/uhid, include/uapi/linux/uhid.h: a type of four bytes, then the fields of that type, packed, in the
// byte order of the machine; all machines that this runs on are little-endian.
const (
	evOutput         = 6
	evGetReport      = 9
	evGetReportReply = 10
	evCreate2        = 11
	evInput2         = 12
	evSetReport      = 13
	evSetReportReply = 14

	maxData   = 4096 // bytes of a report
	eventSize = 4 + 128 + 64 + 64 + 2 + 2 + 4*4 + maxData
	busUSB    = 3
)

// Vendor and product of the CP2112, by which the kernel finds its driver.
const (
	vendor  = 0x10c4
	product = 0xea90
)

var le = binary.LittleEndian

// create is the event that plugs the device in.
func create(name string) []byte {
	d := descriptor()
	e := make([]byte, eventSize)
	le.PutUint32(e, evCreate2)
	copy(e[4:4+127], name)
	f := e[4+128+64+64:]
	le.PutUint16(f, uint16(len(d)))
	le.PutUint16(f[2:], busUSB)
	le.PutUint32(f[4:], vendor)
	le.PutUint32(f[8:], product)
	copy(f[20:], d)
	return e
}

// input is an event that sends a report to the host.
func input(r []byte) []byte {
	e := make([]byte, 6, 6+len(r))
	le.PutUint32(e, evInput2)
	le.PutUint16(e[4:], uint16(len(r)))
	return append(e, r...)
}

// answer lets the chip handle an event of the kernel and gives the events to write back.
func (c *chip) answer(e []byte) ([][]byte, error) {
	if len(e) < 4 {
		return nil, fmt.Errorf("read uhid event: %d bytes", len(e))
	}
	kind, e := le.Uint32(e), e[4:]
	switch {
	case kind == evOutput && len(e) >= maxData+2:
		n := min(int(le.Uint16(e[maxData:])), maxData)
		var out [][]byte
		for _, r := range c.output(e[:n]) {
			out = append(out, input(r))
		}
		return out, nil
	case kind == evGetReport && len(e) >= 5:
		return [][]byte{reply(le.Uint32(e), c.feature(e[4]))}, nil
	case kind == evSetReport && len(e) >= 8:
		n := min(int(le.Uint16(e[6:])), len(e)-8)
		c.setFeature(e[8 : 8+n])
		done := make([]byte, 10)
		le.PutUint32(done, evSetReportReply)
		copy(done[4:8], e[:4])
		return [][]byte{done}, nil
	case kind == evOutput || kind == evGetReport || kind == evSetReport:
		return nil, fmt.Errorf("read uhid event %d: %d bytes", kind, len(e))
	}
	return nil, nil // started, opened and the like
}

// eio tells the kernel that there is no such report.
const eio = 5

func reply(id uint32, r []byte) []byte {
	e := make([]byte, 12, 12+len(r))
	le.PutUint32(e, evGetReportReply)
	le.PutUint32(e[4:], id)
	if r == nil {
		le.PutUint16(e[8:], eio)
	}
	le.PutUint16(e[10:], uint16(len(r)))
	return append(e, r...)
}
