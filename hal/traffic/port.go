package traffic

import (
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// TapPort gives an open function whose port is recorded, under the name of its device: "spidev0.0".
func (r *Recorder) TapPort(device string, open OpenPort) OpenPort {
	return func() (spi.PortCloser, error) {
		p, err := open()
		if err != nil {
			return nil, err
		}
		return &tappedPort{p, r, device}, nil
	}
}

// tappedPort is a port whose connection tells a recorder.
type tappedPort struct {
	spi.PortCloser
	rec    *Recorder
	device string
}

func (p *tappedPort) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	c, err := p.PortCloser.Connect(f, mode, bits)
	if err != nil {
		return nil, err
	}
	return &tappedConn{c, p.rec, p.device}, nil
}

type tappedConn struct {
	spi.Conn
	rec    *Recorder
	device string
}

func (c *tappedConn) Tx(w, r []byte) error {
	at := c.rec.since()
	err := c.Conn.Tx(w, r)
	c.rec.note(Transfer{At: at, Device: c.device, Write: w, Read: r, Err: err})
	return err
}

// TxPackets notes each packet with the result of the whole message.
func (c *tappedConn) TxPackets(packets []spi.Packet) error {
	at := c.rec.since()
	err := c.Conn.TxPackets(packets)
	for _, p := range packets {
		c.rec.note(Transfer{At: at, Device: c.device, Write: p.W, Read: p.R, Err: err})
	}
	return err
}
