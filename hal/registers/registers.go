package registers

import (
	"errors"
	"fmt"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// Conn is the way to one chip's registers.
type Conn struct {
	transfer func(reg uint8, w, r []byte) error // w is written to reg, or r read from it
	close    func() error
	spi      bool
}

// Read fills dst from register reg on, in one transfer.
func (c *Conn) Read(reg uint8, dst []byte) error {
	if err := c.transfer(reg, nil, dst); err != nil {
		return fmt.Errorf("read register 0x%02x: %w", reg, err)
	}
	return nil
}

// Write writes bytes from register reg on, in one transfer.
func (c *Conn) Write(reg uint8, v ...byte) error {
	if err := c.transfer(reg, v, nil); err != nil {
		return fmt.Errorf("write register 0x%02x: %w", reg, err)
	}
	return nil
}

// Close lets go of the bus.
func (c *Conn) Close() error { return c.close() }

// largest write of registers in one transfer.
const largest = 32

// I2C opens a bus for a chip; Close closes it.
func I2C(open func() (i2c.BusCloser, error), address uint16) (*Conn, error) {
	if open == nil {
		return nil, errors.New("open i2c bus: no bus is configured")
	}
	bus, err := open()
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1, largest+1)
	return &Conn{close: bus.Close, transfer: func(reg uint8, w, r []byte) error {
		out = append(out[:0], reg)
		return bus.Tx(address, append(out, w...), r)
	}}, nil
}

// SPIConfig is how a chip wants its registers to be read over SPI.
type SPIConfig struct {
	Speed physic.Frequency
	Mode  spi.Mode
	Multi uint8 // added to the register's number in transfers of several bytes; zero where the chip counts up by itself
	Most  int   // bytes in one transfer; zero means 4096, what Linux's spidev takes by default
}

// SPI opens a port for a chip. Bit 7 of the first byte is the direction, as all chips have it: set to read, clear to
// write, so a register's number has the seven bits below; those of chips whose numbers start at 0x80 go without it.
// Close closes the port.
func SPI(open func() (spi.PortCloser, error), cfg SPIConfig) (*Conn, error) {
	port, err := open()
	if err != nil {
		return nil, err
	}
	line, err := port.Connect(cfg.Speed, cfg.Mode, 8)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to spi port: %w", err), port.Close())
	}
	if cfg.Most <= 0 {
		cfg.Most = 4096
	}
	s := &serial{line: line, multi: cfg.Multi, out: make([]byte, cfg.Most), in: make([]byte, cfg.Most)}
	return &Conn{close: port.Close, transfer: s.transfer, spi: true}, nil
}

const readBit = 0x80

// serial sends and receives at once: the chip's first answer comes with the second byte.
type serial struct {
	line    spi.Conn
	multi   uint8
	out, in []byte
}

func (s *serial) transfer(reg uint8, w, r []byte) error {
	n := 1 + len(w) + len(r)
	if n > len(s.out) {
		return fmt.Errorf("transfer of %d bytes is longer than %d", n, len(s.out))
	}
	if n > 2 {
		reg |= s.multi
	}
	reg &^= readBit
	if len(r) > 0 {
		reg |= readBit
	}
	clear(s.out[:n])
	s.out[0] = reg
	copy(s.out[1:], w)
	if err := s.line.Tx(s.out[:n], s.in[:n]); err != nil {
		return err
	}
	copy(r, s.in[1:n])
	return nil
}
