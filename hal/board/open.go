package board

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/spidev"
)

// shared is an open I2C bus and the number of its handles, which Board.mu guards.
type shared struct {
	name  string
	bus   *i2cdev.Bus
	file  os.FileInfo
	users int
}

// I2C opens a bus for the chip at an address; zero stands for no chip in particular. The handle refuses addresses that
// a kernel driver owns. What is not there is an *hal.AbsentError.
func (b *Board) I2C(name string, address uint16) (i2c.BusCloser, error) {
	bus, err := b.findI2C(name)
	if err != nil {
		return nil, err
	}
	if err := b.owned(bus.Name, address); err != nil {
		return nil, err
	}
	s, err := b.acquire(bus)
	if err != nil {
		return nil, err
	}
	return &handle{board: b, shared: s}, nil
}

// acquire opens a bus, or counts one more user of an open one. An adapter that was unplugged since is opened anew.
func (b *Board) acquire(bus Bus) (*shared, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, fmt.Errorf("open %s: board: %w", bus.Name, os.ErrClosed)
	}
	file, err := os.Stat(b.path(bus.Path))
	if err != nil {
		return nil, b.refused(bus, loadI2C, fmt.Errorf("open %s: %w", bus.Name, err))
	}
	if s := b.i2c[bus.Name]; s != nil && !s.bus.Gone() && same(s.file, file) {
		s.users++
		return s, nil
	}
	if err := b.hangs(bus.Name, file); err != nil {
		return nil, err
	}
	cfg := b.cfg.I2C
	cfg.Path, cfg.Name = b.path(bus.Path), bus.Name
	opened, err := i2cdev.Open(cfg)
	if err != nil {
		return nil, b.refused(bus, loadI2C, err)
	}
	b.cfg.Logger.Debug("bus opened", "bus", bus.Name, "adapter", bus.Adapter)
	s := &shared{name: bus.Name, bus: opened, file: file, users: 1}
	b.i2c[bus.Name], b.all[s] = s, struct{}{}
	return s, nil
}

// release closes a bus after its last handle.
func (b *Board) release(s *shared) error {
	stuck := s.bus.Hang() != nil // may wait for a transfer, which nobody else should
	b.mu.Lock()
	s.users--
	last := s.users == 0 && !b.closed
	if last {
		b.past.add(s.name, s.bus.Stats())
		delete(b.all, s)
		if b.i2c[s.name] == s {
			delete(b.i2c, s.name)
		}
		if stuck {
			b.hung[s.name] = hung{s.file, s.bus.Hang}
		}
	}
	b.mu.Unlock()
	if !last {
		return nil
	}
	b.cfg.Logger.Debug("bus closed", "bus", s.name)
	return s.bus.Close()
}

// owned is the refusal of an address that a kernel driver owns.
func (b *Board) owned(bus string, address uint16) error {
	dir := fmt.Sprintf("sys/bus/i2c/devices/%d-00%02x", number(bus), address)
	driver := b.driver(dir)
	if driver == "" {
		return nil
	}
	instead := "use driver iio in its place"
	if driver == "ds2482" {
		instead = "use driver ds18b20 without bus and address"
	}
	return fmt.Errorf("open 0x%02x on %s: kernel driver %s owns it; %s, or release the chip: "+
		"echo %d-00%02x | sudo tee /sys/bus/i2c/drivers/%s/unbind (when it was made by hand: echo 0x%02x | sudo tee /sys/bus/i2c/devices/%s/delete_device): %w",
		address, bus, driver, instead, number(bus), address, driver, address, bus, syscall.EBUSY)
}

// handle is one user's view of a shared bus.
type handle struct {
	board  *Board
	shared *shared
	closed atomic.Bool
	asked  [2]atomic.Uint64 // addresses that no kernel driver owns, a bit each
}

func (h *handle) String() string { return h.shared.name }

// Tx asks for the owner of an address the first time.
func (h *handle) Tx(address uint16, w, r []byte) error {
	if h.closed.Load() {
		return fmt.Errorf("transfer at 0x%02x on %s: %w", address, h.shared.name, os.ErrClosed)
	}
	if address < 128 && h.asked[address/64].Load()&(1<<(address%64)) == 0 {
		if err := h.board.owned(h.shared.name, address); err != nil {
			return err
		}
		h.asked[address/64].Or(1 << (address % 64))
	}
	return h.shared.bus.Tx(address, w, r)
}

func (h *handle) SetSpeed(f physic.Frequency) error { return h.shared.bus.SetSpeed(f) }

// Close lets go of the bus; a second Close does nothing.
func (h *handle) Close() error {
	if h.closed.Swap(true) {
		return nil
	}
	return h.board.release(h.shared)
}

// port is an open SPI device, which only one user may have.
type port struct {
	*spidev.Port
	board *Board
	name  string
	file  os.FileInfo
	once  sync.Once
}

// SPI opens an SPI device by name ("spidev0.0", "0.0" or its path). It is EBUSY while another handle is open.
func (b *Board) SPI(name string) (spi.PortCloser, error) {
	bus, err := b.findSPI(name)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return nil, fmt.Errorf("open %s: board: %w", bus.Name, os.ErrClosed)
	case b.spi[bus.Name] != nil:
		return nil, fmt.Errorf("open %s: another source has it open; give each chip a chip select of its own: %w", bus.Name, syscall.EBUSY)
	}
	file, err := os.Stat(b.path(bus.Path))
	if err != nil {
		return nil, b.refused(bus, bindSPI(bus.Name[len("spidev"):]), fmt.Errorf("open %s: %w", bus.Name, err))
	}
	if err := b.hangs(bus.Name, file); err != nil {
		return nil, err
	}
	cfg := b.cfg.SPI
	cfg.Path, cfg.Name = b.path(bus.Path), bus.Name
	opened, err := spidev.Open(cfg)
	if err != nil {
		return nil, b.refused(bus, bindSPI(bus.Name[len("spidev"):]), err)
	}
	p := &port{Port: opened, board: b, name: bus.Name, file: file}
	b.spi[bus.Name] = p
	return p, nil
}

// Port is SPI for later: what opens the device when it is called. It is nil for an empty name.
func (b *Board) Port(name string) func() (spi.PortCloser, error) {
	if name == "" {
		return nil
	}
	return func() (spi.PortCloser, error) { return b.SPI(name) }
}

// Close closes the port; a second Close does nothing.
func (p *port) Close() (err error) {
	p.once.Do(func() {
		stuck := p.Hang() != nil
		p.board.mu.Lock()
		if p.board.spi[p.name] == p {
			delete(p.board.spi, p.name)
		}
		if stuck {
			p.board.hung[p.name] = hung{p.file, p.Hang}
		}
		p.board.mu.Unlock()
		err = p.Port.Close()
	})
	return err
}
