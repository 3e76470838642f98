package chiptest

import (
	"fmt"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// Port is an SPI port with one model on it; it implements periph's spi.PortCloser. The first byte that a driver sends
// is the register's number with the read bit 0x80, as almost all sensors have it.
type Port struct {
	model Model
	mask  uint8 // the bits of the first byte that are the register's number
	fault func() error
	speed physic.Frequency
}

// NewPort connects a model. Mask is 0x7f, or 0x3f for chips that use another bit for transfers of several bytes.
func NewPort(m Model, mask uint8) *Port { return &Port{model: m, mask: mask} }

// Fault asks f before every transfer; what it returns is the transfer's error. Set it while no transfer runs.
func (p *Port) Fault(f func() error) { p.fault = f }

// BreakAfter lets n transfers pass; each one after them fails with err. Set it while no transfer runs.
func (p *Port) BreakAfter(n int, err error) { p.fault = passes(n, err) }

// Connect accepts every speed and eight bits to a word.
func (p *Port) Connect(f physic.Frequency, _ spi.Mode, bits int) (spi.Conn, error) {
	if bits != 8 {
		return nil, fmt.Errorf("connect spi: %d bits to a word", bits)
	}
	p.speed = f
	return p, nil
}

// Speed is the highest clock that the driver has asked for in Connect.
func (p *Port) Speed() physic.Frequency { return p.speed }

// Tx sends and receives as many bytes.
func (p *Port) Tx(w, r []byte) error {
	if p.fault != nil {
		if err := p.fault(); err != nil {
			return err
		}
	}
	if len(w) == 0 || len(r) != 0 && len(r) != len(w) {
		return fmt.Errorf("transfer spi: %d bytes out, %d in", len(w), len(r))
	}
	reg := w[0] & p.mask
	if w[0]&0x80 == 0 {
		return p.model.Write(append([]byte{reg}, w[1:]...))
	}
	if err := p.model.Write([]byte{reg}); err != nil || len(r) == 0 {
		return err
	}
	return p.model.Read(r[1:])
}

// TxPackets does one transfer for each packet.
func (p *Port) TxPackets(packets []spi.Packet) error {
	for _, q := range packets {
		if err := p.Tx(q.W, q.R); err != nil {
			return err
		}
	}
	return nil
}

// Duplex is full.
func (p *Port) Duplex() conn.Duplex { return conn.Full }

// LimitSpeed accepts every speed.
func (p *Port) LimitSpeed(physic.Frequency) error { return nil }

// Close does nothing.
func (p *Port) Close() error { return nil }

func (p *Port) String() string { return "chiptest spi" }
