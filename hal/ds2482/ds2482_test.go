package ds2482_test

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/onewire"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/ds18b20/ds18b20test"
	"github.com/dunlin-iot/dunlin/hal/ds2482"
	"github.com/dunlin-iot/dunlin/hal/ds2482/ds2482test"
	"github.com/dunlin-iot/dunlin/hal/haltest"
)

const at = 0x18

// rig is an I2C bus with a bridge, and its line.
type rig struct {
	bus     *chiptest.Bus
	chip    *ds2482test.Chip
	line    *ds18b20test.Bus
	bridges *ds2482.Bridges
}

func newRig() rig {
	line := ds18b20test.New(haltest.Clock{})
	chip := ds2482test.New(line, haltest.Clock{})
	return rig{chiptest.New(map[uint16]chiptest.Model{at: chip}), chip, line, &ds2482.Bridges{}}
}

func (r rig) open(ctx context.Context) (*ds2482.Bus, error) {
	return r.bridges.Open(ctx, ds2482.Config{Bus: r.bus.Open, Where: "i2c-1"})
}

func (r rig) user(t *testing.T) *ds2482.Bus {
	t.Helper()
	u, err := r.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return u
}

type tx = func(w, r []byte, power onewire.Pullup) error

// scratchpad is what the only chip holds after power-up (DS18B20 data sheet, figure 9), with its checksum.
var scratchpad = []byte{0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10, 0x1c}

func readMemory(ctx context.Context, u *ds2482.Bus) ([]byte, error) {
	r := make([]byte, 9)
	err := u.Do(ctx, func(tx tx) error { return tx([]byte{0xCC, 0xBE}, r, onewire.WeakPullup) })
	return r, err
}

// TestTransfers holds what goes over I2C against "I2C Communication Examples" of the data sheet: device reset, write
// configuration, 1-Wire reset, write byte with a strong pull-up, and what ends that when the user is gone.
func TestTransfers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1)
		r.bus.Keep()
		u := r.user(t)
		strong := false
		err := u.Do(t.Context(), func(tx tx) error {
			err := tx([]byte{0xCC, 0x44}, nil, onewire.StrongPullup)
			strong = r.line.Strong()
			return err
		})
		if err != nil || !strong || r.line.Strong() {
			t.Errorf("%v; strong pull-up %v, and after it %v", err, strong, r.line.Strong())
		}
		op := func(w, r []byte) chiptest.Op { return chiptest.Op{Address: at, Write: w, Read: r} }
		want := []chiptest.Op{
			op([]byte{0xF0}, nil), op(nil, []byte{0x18}), op([]byte{0xD2, 0xE1}, []byte{0x01}),
			op([]byte{0xB4}, nil), op(nil, []byte{0x0A}),
			op([]byte{0xA5, 0xCC}, nil), op(nil, []byte{0x0A}),
			op([]byte{0xD2, 0xA5}, []byte{0x05}), op([]byte{0xA5, 0x44}, nil), op(nil, []byte{0x0A}),
			op([]byte{0xD2, 0xE1}, nil),
		}
		if diff := cmp.Diff(want, r.bus.Ops()); diff != "" {
			t.Errorf("transfers (-want +got):\n%s", diff)
		}
		if got, err := readMemory(t.Context(), u); err != nil || slices.Equal(got, scratchpad) == false {
			t.Errorf("% x, %v", got, err)
		}
		if err := errors.Join(u.Close(), u.Close()); err != nil || r.bus.Closed() != 1 {
			t.Errorf("%v, closed %d times", err, r.bus.Closed())
		}
	})
}

func TestSearch(t *testing.T) {
	for _, serials := range [][]uint64{{}, {0x0316a2794f7c}, {1, 2, 3, 0x800000000000, 0xffffffffffff, 0x0316a2794f7c, 0x555555555555}} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig()
			for _, s := range serials {
				r.line.Plug(s)
			}
			u := r.user(t)
			defer u.Close()
			all, err := u.Search(t.Context())
			var none onewire.NoDevicesError
			if errors.As(err, &none) && none.NoDevices() != (len(serials) == 0) || err != nil && len(serials) > 0 || err == nil && len(serials) == 0 {
				t.Errorf("%d chips: %v", len(serials), err)
			}
			var got []uint64
			for _, a := range all {
				if !onewire.CheckCRC(binary.LittleEndian.AppendUint64(nil, uint64(a))) {
					t.Errorf("%#x has a wrong checksum", a)
				}
				got = append(got, uint64(a)>>8&0xffffffffffff)
			}
			slices.Sort(got)
			slices.Sort(serials)
			if !slices.Equal(got, serials) {
				t.Errorf("found %x, want %x", got, serials)
			}
		})
	}
}

func TestNoBridge(t *testing.T) {
	stranger := &chiptest.Registers{}
	stranger.Set(0xF0, 0x33)
	for says, model := range map[string]chiptest.Model{
		"remote I/O error; check its supply":                nil,
		"after a reset its status is 0x33":                  stranger,
		"is absent: another chip answers: it does not keep": &mute{},
	} {
		bus := chiptest.New(nil)
		if model != nil {
			bus.Plug(at, model)
		}
		bus.Keep()
		_, err := new(ds2482.Bridges).Open(t.Context(), ds2482.Config{Bus: bus.Open, Where: "i2c-1"})
		var gone *hal.AbsentError
		if !errors.As(err, &gone) || gone.Fix == "" || !strings.Contains(err.Error(), says) || bus.Closed() != 1 {
			t.Errorf("%v, closed %d times; want absence that says %q", err, bus.Closed(), says)
		}
		if n := len(bus.Ops()); model == stranger && n != 2 {
			t.Errorf("another chip was written %d times", n-1)
		}
	}
	for _, address := range []uint16{0x17, 0x1c} {
		_, err := new(ds2482.Bridges).Open(t.Context(), ds2482.Config{Bus: chiptest.New(nil).Open, Address: address})
		if err == nil || !strings.Contains(err.Error(), "its address is 0x18 to 0x1b") {
			t.Errorf("0x%02x: %v", address, err)
		}
	}
}

// mute is a chip that reads like a bridge after a reset, and no more.
type mute struct{}

func (*mute) Write([]byte) error { return nil }
func (*mute) Read(r []byte) error {
	r[0] = 0x18
	return nil
}

// TestHint: only a DS2482-800 has the register of its channel.
func TestHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		u := r.user(t)
		defer u.Close()
		if got := u.Hint(t.Context()); got != "" {
			t.Errorf("a DS2482-100: %q", got)
		}
		r.chip.Eight()
		if got := u.Hint(t.Context()); !strings.Contains(got, "DS2482-800, of which only channel IO0") {
			t.Errorf("a DS2482-800: %q", got)
		}
	})
}

// TestLine: a short circuit and a line without chips are told from each other and from trouble of the bridge, which is
// not set up again for them.
func TestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1)
		r.chip.Short(true)
		if _, err := r.open(t.Context()); err == nil || !strings.Contains(err.Error(), "held low") {
			t.Errorf("opened on a short circuit: %v", err)
		}
		r.chip.Short(false)
		u := r.user(t)
		defer u.Close()
		r.bus.Keep()
		r.chip.Short(true)
		_, err := readMemory(t.Context(), u)
		var short onewire.ShortedBusError
		if !errors.As(err, &short) || !short.IsShorted() || !strings.Contains(err.Error(), "short circuit") {
			t.Errorf("a short circuit: %v", err)
		}
		r.chip.Short(false)
		if got, err := readMemory(t.Context(), u); err != nil || !slices.Equal(got, scratchpad) {
			t.Errorf("after it: % x, %v", got, err)
		}
		if resets := count(r.bus.Ops(), 0xF0); resets != 0 {
			t.Errorf("the bridge was reset %d times", resets)
		}
	})
}

func count(ops []chiptest.Op, command byte) (n int) {
	for _, op := range ops {
		if len(op.Write) > 0 && op.Write[0] == command {
			n++
		}
	}
	return n
}

func TestABridgeThatStaysBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1)
		u := r.user(t)
		defer u.Close()
		r.chip.Stick()
		began := time.Now()
		if _, err := readMemory(t.Context(), u); err == nil || !strings.Contains(err.Error(), "does not end what it does") || time.Since(began) > 10*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if got, err := readMemory(t.Context(), u); err != nil || !slices.Equal(got, scratchpad) {
			t.Errorf("after a reset: % x, %v", got, err)
		}
	})
}

// TestTroubleAtEveryTransfer breaks the supply of the bridge, or refuses a transfer, at each place of a transaction: it
// fails or gives the right bytes, and the next one gives them.
func TestTroubleAtEveryTransfer(t *testing.T) {
	for name, c := range map[string]struct {
		strike func(r rig) error
		fails  bool
	}{
		"brownout": {func(r rig) error { r.chip.Brownout(); return nil }, true},
		"nack":     {func(rig) error { return chiptest.NoAck }, true},
		"nothing":  {func(rig) error { return nil }, false},
	} {
		const transfers = 2 + 2*2 + 9*3 + 1 // reset, two bytes out, nine bytes in, a last look at the status
		for n := range transfers {
			synctest.Test(t, func(t *testing.T) {
				r := newRig()
				r.line.Plug(1)
				u := r.user(t)
				defer u.Close()
				i := 0
				r.bus.Fault(func(uint16) error {
					if i++; i == n+1 {
						return c.strike(r)
					}
					return nil
				})
				got, err := readMemory(t.Context(), u)
				if err == nil && !slices.Equal(got, scratchpad) {
					t.Errorf("%s at transfer %d: % x passed for right", name, n, got)
				}
				if (err != nil) != c.fails {
					t.Errorf("%s at transfer %d: %v", name, n, err)
				}
				if got, err = readMemory(t.Context(), u); err != nil || !slices.Equal(got, scratchpad) {
					t.Errorf("%s at transfer %d, the next one: % x, %v", name, n, got, err)
				}
				if r.chip.Config() != 1 {
					t.Errorf("%s at transfer %d: configuration %x", name, n, r.chip.Config())
				}
			})
		}
	}
}
