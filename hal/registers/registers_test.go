package registers_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/registers"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

func open(t *testing.T, b *chiptest.Bus) *registers.Conn {
	t.Helper()
	c, err := registers.I2C(b.Open, 0x6a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestI2C(t *testing.T) {
	regs := &chiptest.Registers{}
	b := chiptest.New(map[uint16]chiptest.Model{0x6a: regs})
	c := open(t, b)
	if err := c.Write(0x10, 1, 2, 3); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 2)
	if err := c.Read(0x11, got); err != nil || !bytes.Equal(got, []byte{2, 3}) {
		t.Errorf("read % x, %v", got, err)
	}
	if err := c.Driven([]byte{0xff}); err != nil {
		t.Errorf("a line of I2C is held high by its resistor: %v", err)
	}
	b.Refuse(0x6a, 1)
	if err := c.Read(0x11, got); !errors.Is(err, syscall.EREMOTEIO) {
		t.Errorf("refused: %v", err)
	}
	if err := c.Close(); err != nil || b.Closed() != 1 {
		t.Errorf("%v, closed %d times", err, b.Closed())
	}
}

func TestWatch(t *testing.T) {
	regs := &chiptest.Registers{}
	b := chiptest.New(map[uint16]chiptest.Model{0x6a: regs})
	w := open(t, b).Watch()
	w.Expect(0x10, []byte{1, 2}, nil)
	w.Expect(0x20, []byte{0x05}, []byte{0x0f})
	regs.Set(0x10, 1, 2)
	regs.Set(0x20, 0x75)
	if err := w.Verify(); err != nil {
		t.Error(err)
	}
	w.After(10*time.Second, false)
	regs.Set(0x20, 0x76) // a setting goes
	w.After(10900*time.Millisecond, false)
	if err := w.Before(); err != nil {
		t.Errorf("compared again after 0.9 s: %v", err)
	}
	w.After(11*time.Second, false)
	if err := w.Before(); err == nil || !strings.Contains(err.Error(), "reset") {
		t.Errorf("a setting is gone: %v", err)
	}
	regs.Set(0x20, 0x05)
	if err := w.Before(); err != nil {
		t.Errorf("the setting is back: %v", err)
	}
	regs.Set(0x11, 0)
	w.After(11100*time.Millisecond, true)
	if err := w.Before(); err == nil {
		t.Error("nothing was compared, though there was a reason")
	}
	w.Expect(0x10, []byte{1, 0}, nil)
	if err := w.Before(); err != nil {
		t.Errorf("the expectation was replaced: %v", err)
	}
	w.After(13*time.Second, false)
	b.Refuse(0x6a, 2)
	w.After(15*time.Second, false)
	if err := w.Before(); !errors.Is(err, syscall.EREMOTEIO) {
		t.Errorf("refused: %v", err)
	}
}

func TestIdentify(t *testing.T) {
	regs := &chiptest.Registers{}
	regs.Set(0x0f, 0x6c)
	b := chiptest.New(map[uint16]chiptest.Model{0x6a: regs})
	c := open(t, b)
	if id, err := c.Identify("imu", 0x0f, 0x69, 0x6c); err != nil || id != 0x6c {
		t.Errorf("0x%02x, %v", id, err)
	}
	var gone *hal.AbsentError
	if _, err := c.Identify("imu", 0x0f, 0x69); !errors.As(err, &gone) || !strings.Contains(err.Error(), "0x6c") {
		t.Errorf("another chip: %v", err)
	}
	for _, errno := range []syscall.Errno{syscall.ENXIO, syscall.EREMOTEIO, syscall.ETIMEDOUT} {
		b.Fault(func(uint16) error { return errno })
		if _, err := c.Identify("imu", 0x0f, 0x6c); !errors.As(err, &gone) || !errors.Is(err, errno) || !strings.Contains(gone.Fix, "dunlin sources ls") {
			t.Errorf("%v: %v", errno, err)
		}
	}
	b.Fault(func(uint16) error { return syscall.EBUSY })
	if _, err := c.Identify("imu", 0x0f, 0x6c); err == nil || errors.As(err, &gone) {
		t.Errorf("a busy bus: %v", err)
	}
}

// port is an SPI port whose input line always reads the same byte.
type port struct {
	spi.Conn
	line byte
	sent [][]byte
}

func (p *port) Connect(physic.Frequency, spi.Mode, int) (spi.Conn, error) { return p, nil }
func (p *port) LimitSpeed(physic.Frequency) error                         { return nil }
func (p *port) Close() error                                              { return nil }
func (p *port) String() string                                            { return "port" }

func (p *port) Tx(w, r []byte) error {
	p.sent = append(p.sent, bytes.Clone(w))
	for i := range r {
		r[i] = p.line
	}
	return nil
}

func TestSPI(t *testing.T) {
	p := &port{line: 0x6c}
	c, err := registers.SPI(func() (spi.PortCloser, error) { return p, nil },
		registers.SPIConfig{Speed: 5 * physic.MegaHertz, Mode: spi.Mode3, Multi: 0x40, Most: 8})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 2)
	if err := errors.Join(c.Write(0x10, 7), c.Write(0x10, 7, 8), c.Read(0x11, got[:1]), c.Read(0x11, got), c.Write(0xf4, 9), c.Read(0xf7, got)); err != nil {
		t.Fatal(err)
	}
	want := [][]byte{{0x10, 7}, {0x50, 7, 8}, {0x91, 0}, {0xd1, 0, 0}, {0x74, 9}, {0xf7, 0, 0}}
	if !slices.EqualFunc(p.sent, want, bytes.Equal) || !bytes.Equal(got, []byte{0x6c, 0x6c}) {
		t.Errorf("sent %x, want %x; got %x", p.sent, want, got)
	}
	if err := c.Read(0, make([]byte, 8)); err == nil {
		t.Error("nine bytes went through eight")
	}
	var gone *hal.AbsentError
	if _, err := c.Identify("imu", 0x0f, 0x6a); !errors.As(err, &gone) || !strings.Contains(gone.Fix, "chip select") || strings.Contains(gone.Fix, "address") {
		t.Errorf("another chip: %v", err)
	}
	for read, driven := range map[string]bool{"\xff\xff": false, "\x00\x00": false, "\xff\x00": true, "\x01\x01": true, "": true} {
		if err := c.Driven([]byte(read)); (err == nil) != driven {
			t.Errorf("% x: %v", read, err)
		}
	}
	for _, line := range []byte{0, 0xff} {
		p.line = line
		if _, err := c.Identify("imu", 0x0f, 0x6c); !errors.As(err, &gone) || !strings.Contains(gone.Fix, "SPI") {
			t.Errorf("a line that nobody drives, at 0x%02x: %v", line, err)
		}
	}
}

func TestReadsDoNotAllocate(t *testing.T) {
	c := open(t, chiptest.New(map[uint16]chiptest.Model{0x6a: &chiptest.Registers{}}))
	buf, w := make([]byte, 500), c.Watch()
	w.Expect(0x10, make([]byte, 4), nil)
	if n := testing.AllocsPerRun(100, func() {
		_ = c.Read(0x78, buf)
		w.After(0, true)
	}); n != 0 {
		t.Errorf("%v allocations per read", n)
	}
}
