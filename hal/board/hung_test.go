package board_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"periph.io/x/conn/v3/spi"
)

// TestAHungBusIsNotOpenedAgain: a source on a bus that hangs fails, closes its handle and tries again, for weeks; each
// try must not cost a thread and a file that only the kernel gives back.
func TestAHungBusIsNotOpenedAgain(t *testing.T) {
	m := raspberry(t)
	k := m.i2c("i2c-1", "bcm2835", bme280())
	other := m.i2c("i2c-3", "other", bme280())
	b := m.board()
	synctest.Test(t, func(t *testing.T) {
		h, err := b.I2C("i2c-1", 0x76)
		if err != nil {
			t.Fatal(err)
		}
		_, release := k.Block()
		r := make([]byte, 1)
		if err := h.Tx(0x76, []byte{0xd0}, r); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a transfer that hangs: %v", err)
		}
		if err := h.Close(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("close: %v", err)
		}
		for range 5 {
			if _, err := b.I2C("i2c-1", 0x76); !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(err.Error(), "in a transfer to 0x76") {
				t.Errorf("opened again: %v", err)
			}
		}
		if files, calls := k.Counts(); files != 1 || calls != 1 {
			t.Errorf("%d files and %d calls in the kernel, want one of each", files, calls)
		}
		free, err := b.I2C("i2c-3", 0x76)
		if err == nil {
			err = errors.Join(free.Tx(0x76, []byte{0xd0}, r), free.Close())
		}
		if files, _ := other.Counts(); err != nil || files != 0 {
			t.Errorf("another bus: %v, %d files", err, files)
		}
		release()
		synctest.Wait()
		h, err = b.I2C("i2c-1", 0x76)
		if err == nil {
			err = errors.Join(h.Tx(0x76, []byte{0xd0}, r), h.Close())
		}
		if files, _ := k.Counts(); err != nil || files != 0 {
			t.Errorf("after the kernel let go of it: %v, %d files", err, files)
		}
	})
}

func TestAHungPortIsNotOpenedAgain(t *testing.T) {
	m := raspberry(t)
	m.file("dev/spidev0.0", "")
	b := m.board()
	synctest.Test(t, func(t *testing.T) {
		transfer := func() error {
			p, err := b.SPI("spidev0.0")
			if err != nil {
				return err
			}
			c, err := p.Connect(0, spi.Mode3, 8)
			if err == nil {
				err = c.Tx([]byte{1}, make([]byte, 1))
			}
			return errors.Join(err, p.Close())
		}
		release := m.spi.Block()
		for range 5 {
			if err := transfer(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v", err)
			}
		}
		if n := m.spi.Files(); n != 1 {
			t.Errorf("%d files, want the one that hangs", n)
		}
		release()
		synctest.Wait()
		if err := transfer(); err != nil || m.spi.Files() != 0 {
			t.Errorf("after the kernel let go of it: %v, %d files", err, m.spi.Files())
		}
	})
}
