package bme280_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/bme280"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// wires are the four wires to a chip: they keep what was sent, and may come loose.
type wires struct {
	*chiptest.Port
	mode   spi.Mode
	sent   [][]byte
	loose  func() (level byte, loose bool)
	closed int
}

func wired(c *bme280test.Chip) *wires {
	c.Convert(10 * time.Microsecond)
	return &wires{Port: chiptest.NewPort(c.SPI(), 0x7f)}
}

// unplugged are wires to nothing, of which the input is held at a level.
func unplugged(level byte) *wires {
	w := wired(bme280test.New())
	w.loose = func() (byte, bool) { return level, true }
	return w
}

func (w *wires) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	w.mode = mode
	if _, err := w.Port.Connect(f, mode, bits); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *wires) Tx(out, in []byte) error {
	w.sent = append(w.sent, bytes.Clone(out))
	if w.loose != nil {
		if level, loose := w.loose(); loose {
			copy(in, bytes.Repeat([]byte{level}, len(in)))
			return nil
		}
	}
	return w.Port.Tx(out, in)
}

func (w *wires) Close() error {
	w.closed++
	return w.Port.Close()
}

func onSPI(w *wires, change func(*bme280.Config)) *poll.Source {
	return source(nil, func(c *bme280.Config) {
		c.Bus, c.SPI, c.Where = nil, func() (spi.PortCloser, error) { return w, nil }, "spidev0.0"
		if change != nil {
			change(c)
		}
	})
}

func TestContractOverSPI(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: humid,
		Endless:  func(*testing.T) hal.Source { return onSPI(wired(bme280test.New()), nil) },
		Absent:   func(*testing.T) hal.Source { return onSPI(unplugged(0xff), nil) },
		Broken: func(*testing.T) hal.Source {
			w := wired(bme280test.New())
			w.BreakAfter(20, syscall.EIO)
			return onSPI(w, nil)
		},
	})
}

// TestOverSPI: the worked example, and the bytes on the wire by section 6.3 of the BME280 data sheet: writes have bit 7
// of the register's number clear, reads have it set. Mode 0 or 3, and at most 10 MHz (table 34).
func TestOverSPI(t *testing.T) {
	for _, c := range []struct {
		name   string
		chip   *bme280test.Chip
		change func(*bme280.Config)
		sent   []string // up to the first measurement, without what a read sends after the number
	}{
		{"bme280", bme280test.New(), nil, []string{"\xd0", "\x60\xb6", "\xf2", "\x88", "\xe1", "\x75\x00", "\x72\x03", "\x74\x6d"}},
		{"bmp280", bme280test.NewBMP280(), bmp280, []string{"\xd0", "\x60\xb6", "\xf2", "\x88", "\x75\x00", "\x74\x6d"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := wired(c.chip)
			src := onSPI(w, c.change)
			if want := c.name + " at spidev0.0"; src.String() != want {
				t.Errorf("it is %q, want %q", src, want)
			}
			blocks, _ := haltest.Collect(t, src, 1, nil)
			v := blocks[0].Values
			haltest.Near(t, "temperature", v[0], 25.08, 0.001)
			haltest.Near(t, "pressure", v[1], 100653.27, 0.03)
			if len(v) > 2 {
				haltest.Near(t, "humidity", v[2], 49.654, 0.001)
			}
			var sent []string
			for _, b := range w.sent {
				if b[0]&0x80 != 0 {
					b = b[:1]
				}
				sent = append(sent, string(b))
			}
			if len(sent) < len(c.sent) || !slices.Equal(sent[:len(c.sent)], c.sent) {
				t.Errorf("sent %x, want %x first", sent, c.sent)
			}
			if w.mode != spi.Mode0 && w.mode != spi.Mode3 || w.Speed() > 10*physic.MegaHertz {
				t.Errorf("%v at %v", w.mode, w.Speed())
			}
			if w.closed != 1 {
				t.Errorf("closed %d times", w.closed)
			}
		})
	}
}

// TestNotThereOverSPI: nothing is said of addresses and of wires that SPI does not have.
func TestNotThereOverSPI(t *testing.T) {
	stranger := bme280test.New()
	stranger.SetID(0x50)
	for _, c := range []struct {
		name string
		w    *wires
		want []string
	}{
		{"line pulled up", unplugged(0xff), []string{"the line stays at 0xff", "SPI", "chip select"}},
		{"line pulled down", unplugged(0x00), []string{"the line stays at 0x00", "SPI", "chip select"}},
		{"a BMP280", wired(bme280test.NewBMP280()), []string{"id 0x58, a BMP280; set the driver of the source to bmp280"}},
		{"a BMP388", wired(stranger), []string{"id 0x50, a BMP388; check the chip select"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := haltest.EmitsNothing(t, onSPI(c.w, nil), "bme280 at spidev0.0 is absent", true)
			for _, want := range c.want {
				if !strings.Contains(fmt.Sprint(err), want) {
					t.Errorf("%v does not tell %q", err, want)
				}
			}
			for _, wrong := range []string{"address", "SDA", "0x76"} {
				if strings.Contains(fmt.Sprint(err), wrong) {
					t.Errorf("%v speaks of %q", err, wrong)
				}
			}
			if c.w.closed != 1 {
				t.Errorf("closed %d times", c.w.closed)
			}
		})
	}
}

// TestComesLooseOnSPI: nothing acknowledges there, so what a loose wire reads must be known for what it is.
func TestComesLooseOnSPI(t *testing.T) {
	for _, level := range []byte{0x00, 0xff} {
		w, loose := wired(bme280test.New()), false
		w.loose = func() (byte, bool) { return level, loose }
		src := onSPI(w, nil)
		blocks, _ := haltest.Ends(t, src, 2, "nobody drives it", func(i int) { loose = i == 2 })
		for _, b := range blocks {
			haltest.Near(t, "pressure", b.Values[1], 100653.27, 0.03)
		}
		haltest.EmitsNothing(t, src, fmt.Sprintf("0x%02x", level), true)
	}
}
