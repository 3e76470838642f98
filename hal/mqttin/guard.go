package mqttin

import (
	"fmt"
	"net"
)

// guard watches the packets that a broker sends and ends the connection at one that is too large, before the client
// takes memory for it: a packet may have 256 MB.
type guard struct {
	net.Conn
	body  int  // bytes of the packet's body that are still to come
	state int  // 0 before a packet, then which byte of its length is next
	size  int  // of the length read so far
	bad   bool // too large a packet was announced
}

// Read reads and watches.
func (g *guard) Read(p []byte) (int, error) {
	if g.bad {
		return 0, errTooLarge
	}
	n, err := g.Conn.Read(p)
	if !g.watch(p[:n]) {
		g.bad = true
		return 0, errTooLarge
	}
	return n, err
}

var errTooLarge = fmt.Errorf("the broker sent a packet of more than %d bytes", maxPacket)

// watch follows the framing of MQTT 3.1.1, sections 2.2 and 2.2.3: one byte, a length of one to four bytes with the
// least significant seven bits first, and so many bytes.
func (g *guard) watch(p []byte) bool {
	for len(p) > 0 {
		switch {
		case g.body > 0:
			n := min(g.body, len(p))
			g.body -= n
			p = p[n:]
			continue
		case g.state == 0:
			g.state, g.size = 1, 0
		default:
			g.size |= int(p[0]&0x7f) << (7 * (g.state - 1))
			if g.size > maxPacket || g.state == 4 && p[0]&0x80 != 0 {
				return false
			}
			if g.state++; p[0]&0x80 == 0 {
				g.body, g.state = g.size, 0
			}
		}
		p = p[1:]
	}
	return true
}
