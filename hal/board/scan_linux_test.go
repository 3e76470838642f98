package board_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

// quiet acknowledges its address for a write only, as an SCD4x that has not been asked anything.
type quiet struct{ chiptest.Model }

func (quiet) Write([]byte) error { return nil }
func (quiet) Read([]byte) error  { return syscall.EREMOTEIO }

func TestScan(t *testing.T) {
	m := raspberry(t)
	chips := bme280()
	chips[0x62], chips[0x50], chips[0x69] = quiet{}, &chiptest.Registers{}, &chiptest.Registers{}
	chips[0x53] = quiet{} // would be found by the very write that must not go there
	k := m.i2c("i2c-1", "bcm2835", chips)
	m.client("1-001a", "wm8731", "wm8731")
	k.Bus.Keep()
	found, err := m.board().Scan(t.Context(), "i2c-1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range found {
		got = append(got, a.String())
	}
	want := []string{
		"0x1a (kernel driver wm8731)", "0x50 perhaps eeprom (by its address)", "0x62 perhaps scd4x (by its address)",
		"0x69 unknown (register 0x75 reads 0x00)", "0x76 bme280 (register 0xd0 reads 0x60)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %q,\nwant %q", got, want)
	}
	for _, op := range k.Bus.Ops() {
		a, isQuick := op.Address, len(op.Write) == 0 && len(op.Read) == 0
		switch {
		case a == 0x1a, a < 0x08, a > 0x77:
			t.Errorf("0x%02x was asked", a)
		case isQuick && (a >= 0x30 && a <= 0x37 || a >= 0x50 && a <= 0x5f):
			t.Errorf("0x%02x got a write of no bytes", a)
		case len(op.Write) > 0 && len(op.Read) == 0:
			t.Errorf("0x%02x was written % x", a, op.Write)
		case a == 0x69 && len(op.Write) == 0 && len(op.Read) > 0:
			t.Error("0x69 was read without a register")
		}
	}
	if files, _ := k.Counts(); files != 0 {
		t.Errorf("%d files left open", files)
	}
}

func TestScanWithoutQuickWrites(t *testing.T) {
	m := raspberry(t)
	chips := map[uint16]chiptest.Model{0x69: &chiptest.Registers{}, 0x62: quiet{}}
	m.i2c("i2c-1", "CP2112", chips).Functions = 1
	found, err := m.board().Scan(t.Context(), "i2c-1")
	if err != nil || len(found) != 1 || found[0].Address != 0x69 {
		t.Errorf("%v, %v; only reads are left, and one chip answers them", found, err)
	}
}

func TestScanStops(t *testing.T) {
	m := raspberry(t)
	k := m.i2c("i2c-1", "bcm2835", nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.board().Scan(ctx, "i2c-1"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, errno := range []error{syscall.ENODEV, syscall.EBUSY} {
		k.Fail(errno)
		if _, err := m.board().Scan(t.Context(), "i2c-1"); !errors.Is(err, errno) {
			t.Errorf("%v, want %v", err, errno)
		}
	}
	if _, err := m.board().Scan(t.Context(), "i2c-2"); err == nil {
		t.Error("a bus that is not there was scanned")
	}
	synctest.Test(t, func(t *testing.T) {
		b := m.board()
		_, release := k.Block()
		_, err := b.Scan(t.Context(), "i2c-1")
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a bus that hangs: %v", err)
		}
		release()
		synctest.Wait()
	})
}

func TestInstead(t *testing.T) {
	m := raspberry(t)
	m.i2c("i2c-1", "bcm2835", bme280())
	m.i2c("i2c-3", "empty", nil)
	all := map[uint16]chiptest.Model{}
	for a := range uint16(128) {
		all[a] = &chiptest.Registers{}
	}
	m.i2c("i2c-4", "short circuit", all)
	b := m.board()
	for _, c := range []struct {
		bus     string
		address uint16
		want    string
	}{
		{"i2c-1", 0x77, "nothing answers at 0x77 on i2c-1; what does: 0x76 bme280 (register 0xd0 reads 0x60)"},
		{"i2c-1", 0x76, "on i2c-1 this answers now: 0x76 bme280 (register 0xd0 reads 0x60)"},
		{"i2c-3", 0x76, "nothing answers on i2c-3 at all: check supply, ground, SDA, SCL and the pull-ups"},
		{"i2c-4", 0x76, "every address answers on i2c-4: SDA is held low, by a chip (switch the supply off and on) or a short circuit"},
	} {
		if got := b.Instead(t.Context(), c.bus, c.address); got != c.want {
			t.Errorf("%q,\nwant %q", got, c.want)
		}
	}
	if got := b.Instead(t.Context(), "i2c-9", 0x76); !strings.HasPrefix(got, "i2c-9 could not be searched for other chips: ") {
		t.Error(got)
	}
}

// TestGuess: identities from the data sheets, see identities.go.
func TestGuess(t *testing.T) {
	for _, c := range []struct {
		address  uint16
		register byte
		value    []byte
		want     string
	}{
		{0x76, 0xd0, []byte{0x60}, "bme280 (register 0xd0 reads 0x60)"},
		{0x77, 0xd0, []byte{0x58}, "bmp280 (register 0xd0 reads 0x58)"},
		{0x77, 0xd0, []byte{0x99}, "unknown (register 0xd0 reads 0x99)"},
		{0x6a, 0x0f, []byte{0x6c}, "lsm6dsox or lsm6dso (register 0x0f reads 0x6c)"},
		{0x6b, 0x0f, []byte{0x69}, "lsm6ds3 (register 0x0f reads 0x69)"},
		{0x68, 0x75, []byte{0x68}, "mpu6050 (register 0x75 reads 0x68)"},
		{0x69, 0x75, []byte{0x71}, "mpu9250 (register 0x75 reads 0x71)"},
		{0x68, 0x75, []byte{0x00}, "perhaps ds3231 clock (by its address)"},
		{0x53, 0x00, []byte{0xe5}, "adxl345 (register 0x00 reads 0xe5)"},
		{0x1d, 0x00, []byte{0xe5}, "adxl345 (register 0x00 reads 0xe5)"},
		{0x18, 0x06, []byte{0x00, 0x54}, "mcp9808 (register 0x06 reads 0x0054)"},
		{0x18, 0xff, []byte{0}, "perhaps ds2482, a bridge to 1-Wire (by its address)"},
		{0x19, 0x0f, []byte{0x03}, "unknown (register 0x0f reads 0x03)"},
		{0x19, 0x0f, []byte{0x44}, "lis2dw12 (register 0x0f reads 0x44)"},
		{0x1c, 0xff, []byte{0}, "unknown"},
		{0x48, 0x01, []byte{0x60, 0xa0}, "tmp102 (register 0x01 reads 0x60a0)"},
		{0x48, 0x01, []byte{0x85, 0x83}, "ads1115 (register 0x01 reads 0x8583)"},
		{0x4b, 0x01, []byte{0x00, 0xff}, "perhaps ads1115 or tmp102 or tmp75 (by its address)"},
		{0x40, 0x00, []byte{0x39, 0x9f}, "ina219 (register 0x00 reads 0x399f)"},
		{0x44, 0, nil, "perhaps hdc302x or sht3x or sht4x (by its address)"},
		{0x38, 0, nil, "perhaps aht20 (by its address)"},
		{0x23, 0, nil, "perhaps bh1750 (by its address)"},
		{0x5c, 0, nil, "perhaps bh1750 (by its address)"},
		{0x62, 0, nil, "perhaps scd4x (by its address)"},
		{0x2a, 0, nil, "unknown"},
	} {
		got := board.GuessChip(c.address, func(w, r []byte) error {
			switch {
			case c.value == nil:
				t.Errorf("0x%02x was written % x", c.address, w)
			case len(w) == 1 && w[0] == c.register:
				copy(r, c.value)
				return nil
			}
			return syscall.EREMOTEIO
		})
		if got.String() != c.want {
			t.Errorf("0x%02x: %q, want %q", c.address, got, c.want)
		}
	}
}
