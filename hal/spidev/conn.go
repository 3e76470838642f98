package spidev

import (
	"fmt"
	"os"
	"syscall"

	periph "periph.io/x/conn/v3"
	"periph.io/x/conn/v3/spi"
)

// conn is the connection to the chip of a port.
type conn struct{ p *Port }

func (c *conn) String() string { return c.p.name }

// MaxTxSize is the largest message in bytes.
func (c *conn) MaxTxSize() int { return c.p.maxTx }

// Duplex is Half for three-wire connections.
func (c *conn) Duplex() periph.Duplex {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.p.set.half {
		return periph.Half
	}
	return periph.Full
}

// Tx sends w and receives r at the same time; both have the same length, or one is empty. On a three-wire connection
// w is sent first, then r received. On an error r is as it was.
func (c *conn) Tx(w, r []byte) error {
	p := c.p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.packets[0] = spi.Packet{W: w, R: r}
	packets := p.packets[:1]
	if p.set.half && len(w) > 0 && len(r) > 0 {
		p.packets[0] = spi.Packet{W: w, KeepCS: true}
		p.packets[1] = spi.Packet{R: r}
		packets = p.packets[:2]
	}
	err := p.send(packets)
	p.packets = [2]spi.Packet{}
	if err != nil {
		return fmt.Errorf("send %d and receive %d bytes on %s: %w", len(w), len(r), p.name, err)
	}
	return nil
}

// TxPackets sends packets as one message; see spi.Packet for the chip select between them.
func (c *conn) TxPackets(packets []spi.Packet) error {
	p := c.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.send(packets); err != nil {
		return fmt.Errorf("send %d packets on %s: %w", len(packets), p.name, err)
	}
	return nil
}

// send does one message; it holds mu.
func (p *Port) send(packets []spi.Packet) error {
	total, err := p.measure(packets)
	if err != nil {
		return err
	}
	if err := p.ready(); err != nil {
		return err
	}
	p.frame.load(packets, total, p.set)
	if err := p.worker.Do(p.limit); err != nil {
		return err
	}
	p.frame.unload(packets)
	return nil
}

// measure checks packets and adds their lengths up.
func (p *Port) measure(packets []spi.Packet) (total int, err error) {
	for _, x := range packets {
		if len(x.W) > 0 && len(x.R) > 0 && (p.set.half || len(x.W) != len(x.R)) {
			return 0, fmt.Errorf("%d bytes out and %d in: equal on four wires, one of them on three: %w", len(x.W), len(x.R), syscall.EINVAL)
		}
		total += length(x)
	}
	switch {
	case total == 0:
		return 0, fmt.Errorf("nothing to send or receive: %w", syscall.EINVAL)
	case total > p.maxTx:
		return 0, fmt.Errorf("%d bytes, the limit is %d: %w", total, p.maxTx, syscall.EMSGSIZE)
	case len(packets) > maxPackets:
		return 0, fmt.Errorf("%d packets, the limit is %d: %w", len(packets), maxPackets, syscall.EMSGSIZE)
	}
	return total, nil
}

// ready says why no message can begin.
func (p *Port) ready() error {
	if p.closed {
		return os.ErrClosed
	}
	return p.hang()
}
