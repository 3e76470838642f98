package spidev_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"go.uber.org/goleak"
	periph "periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/hal/spidev"
	"github.com/dunlin-iot/dunlin/hal/spidev/spidevtest"
)

var _ spi.PortCloser = (*spidev.Port)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, k *spidevtest.Kernel, cfg spidev.Config) *spidev.Port {
	t.Helper()
	cfg.Path, cfg.Open = "/dev/spidev0.0", k.Open
	p, err := spidev.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func connect(t testing.TB, p *spidev.Port, mode spi.Mode) spi.Conn {
	t.Helper()
	c, err := p.Connect(physic.MegaHertz, mode, 8)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFullDuplex(t *testing.T) {
	k := &spidevtest.Kernel{Chip: func(in, out []byte) {
		for i := range in {
			out[i] = ^in[i]
		}
	}}
	p := open(t, k, spidev.Config{})
	if err := p.LimitSpeed(500 * physic.KiloHertz); err != nil {
		t.Fatal(err)
	}
	c := connect(t, p, spi.Mode3|spi.LSBFirst)
	if got := k.Modes(); len(got) != 1 || got[0] != 0x0b {
		t.Errorf("mode %#x, want CPOL, CPHA and LSB first (0x0b)", got)
	}
	r := make([]byte, 3)
	if err := c.Tx([]byte{1, 2, 3}, r); err != nil || !bytes.Equal(r, []byte{0xfe, 0xfd, 0xfc}) {
		t.Errorf("% x, %v", r, err)
	}
	if err := errors.Join(c.Tx([]byte{9}, nil), c.Tx(nil, r)); err != nil || !bytes.Equal(r, []byte{0xff, 0xff, 0xff}) {
		t.Errorf("% x, %v", r, err)
	}
	x := k.Transfers()
	if x[0].Speed != 500_000 || x[0].Bits != 8 || x[0].CSChange {
		t.Errorf("%+v", x[0])
	}
	if x[1].Received != nil || x[2].Sent != nil {
		t.Errorf("one-way transfers have two buffers: %+v, %+v", x[1], x[2])
	}
	if c.Duplex() != periph.Full || c.String() != "spidev0.0" || p.MaxTxSize() != 4096 || c.(periph.Limits).MaxTxSize() != 4096 {
		t.Errorf("%v %s %d", c.Duplex(), c, p.MaxTxSize())
	}
}

func TestThreeWires(t *testing.T) {
	k := &spidevtest.Kernel{Chip: func(_, out []byte) { copy(out, "ok") }}
	c := connect(t, open(t, k, spidev.Config{}), spi.HalfDuplex)
	r := make([]byte, 2)
	if err := c.Tx([]byte{0x80}, r); err != nil || string(r) != "ok" || c.Duplex() != periph.Half {
		t.Errorf("%q, %v", r, err)
	}
	if x := k.Transfers(); len(x) != 2 || x[0].Received != nil || x[1].Sent != nil || x[0].CSChange || x[1].CSChange {
		t.Errorf("%+v, want a write and a read under one chip select", x)
	}
	if got := k.Modes(); got[0] != 0x10 {
		t.Errorf("mode %#x, want 3-wire (0x10)", got)
	}
}

func TestPackets(t *testing.T) {
	k := &spidevtest.Kernel{}
	c := connect(t, open(t, k, spidev.Config{}), spi.Mode0)
	long := bytes.Repeat([]byte{5}, 1000)
	a, b := make([]byte, 1000), make([]byte, 2)
	err := c.TxPackets([]spi.Packet{
		{W: long, R: a, KeepCS: true}, {W: []byte{1, 2}, R: b, BitsPerWord: 16}, {W: []byte{3}}, {W: []byte{4}}, {W: []byte{5}, KeepCS: true},
	})
	if err != nil || !bytes.Equal(a, long) || !bytes.Equal(b, []byte{1, 2}) {
		t.Errorf("%v, % x", err, b)
	}
	// cs_change: off after a kept packet, on where the select drops, and on after the last to keep it (spidev.h).
	var changes []bool
	for _, x := range k.Transfers() {
		changes = append(changes, x.CSChange)
	}
	if want := []bool{false, true, true, true, true}; len(changes) != 5 || !slices.Equal(changes, want) {
		t.Errorf("cs_change %v, want %v", changes, want)
	}
	if x := k.Transfers(); x[1].Bits != 16 || x[0].Bits != 8 {
		t.Errorf("bits %d and %d", x[0].Bits, x[1].Bits)
	}
}

func TestRefused(t *testing.T) {
	k := &spidevtest.Kernel{}
	p := open(t, k, spidev.Config{MaxTx: 64})
	for name, f := range map[string]func() error{
		"speed":       func() error { return p.LimitSpeed(physic.Hertz) },
		"clock":       func() error { _, err := p.Connect(2*physic.GigaHertz, 0, 8); return err },
		"mode":        func() error { _, err := p.Connect(0, 0x100, 8); return err },
		"no bits":     func() error { _, err := p.Connect(0, 0, 0); return err },
		"refused bit": func() error { k.Refuse(spidevtest.WriteBits, syscall.EINVAL); _, err := p.Connect(0, 0, 9); return err },
	} {
		if err := f(); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k.Refuse(spidevtest.WriteBits, nil)
	c := connect(t, p, spi.Mode0)
	if _, err := p.Connect(0, 0, 8); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("a second Connect: %v", err)
	}
	for name, err := range map[string]error{"nothing": c.Tx(nil, nil), "unequal": c.Tx(make([]byte, 2), make([]byte, 3)), "no packets": c.TxPackets(nil)} {
		if !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.Tx(make([]byte, 65), nil); !errors.Is(err, syscall.EMSGSIZE) || !strings.Contains(err.Error(), "the limit is 64") {
		t.Error(err)
	}
	if err := c.TxPackets(make([]spi.Packet, 512)); err == nil {
		t.Error("512 packets went through")
	}
	if len(k.Transfers()) != 0 {
		t.Error("the kernel saw a refused message")
	}
	k.Fail(syscall.EIO)
	r := []byte{0xaa}
	if err := c.Tx(nil, r); !errors.Is(err, syscall.EIO) || !strings.HasPrefix(err.Error(), "send 0 and receive 1 bytes on spidev0.0: ") || r[0] != 0xaa {
		t.Errorf("%v, % x", err, r)
	}
}

func TestOpenAndClose(t *testing.T) {
	if _, err := spidev.Open(spidev.Config{Path: filepath.Join(t.TempDir(), "spidev0.0")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	null, err := spidev.Open(spidev.Config{Path: os.DevNull})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := null.Connect(0, 0, 8); !errors.Is(err, syscall.ENOTTY) {
		t.Errorf("the kernel's answer for a device that is no SPI: %v", err)
	}
	k := &spidevtest.Kernel{}
	p := open(t, k, spidev.Config{})
	c := connect(t, p, spi.Mode0)
	if err := errors.Join(null.Close(), p.Close(), p.Close()); err != nil || k.Files() != 0 {
		t.Errorf("%v, %d files", err, k.Files())
	}
	if err := c.Tx([]byte{1}, nil); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &spidevtest.Kernel{}
		p := open(t, k, spidev.Config{Deadline: 100 * time.Millisecond})
		c := connect(t, p, spi.Mode0)
		release := k.Block()
		began, r := time.Now(), []byte{0}
		if err := c.Tx([]byte{7}, r); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 100*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if err := c.Tx([]byte{7}, r); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 100*time.Millisecond {
			t.Errorf("second: %v after %v", err, time.Since(began))
		}
		if err := p.Close(); !errors.Is(err, os.ErrDeadlineExceeded) || k.Files() != 1 {
			t.Errorf("close: %v, %d files", err, k.Files())
		}
		release()
		synctest.Wait()
		if k.Files() != 0 || r[0] != 0 {
			t.Errorf("%d files after the call returned, buffer % x", k.Files(), r)
		}
	})
}

func TestSharedUnderCollection(t *testing.T) {
	c := connect(t, open(t, &spidevtest.Kernel{}, spidev.Config{Deadline: time.Minute}), spi.Mode0)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				w, r := [2]byte{byte(g), byte(i)}, [2]byte{}
				if err := c.Tx(w[:], r[:]); err != nil || r != w {
					t.Errorf("sent % x, received % x, %v", w, r, err)
					return
				}
				if i%20 == 0 {
					runtime.GC()
				}
			}
		})
	}
	wg.Wait()
}

// discard answers at once and keeps no log.
type discard struct{}

func (discard) Exchange(uintptr, unsafe.Pointer) (int, error) { return 0, nil }
func (discard) Close() error                                  { return nil }

func TestNoAllocation(t *testing.T) {
	p, err := spidev.Open(spidev.Config{Path: "x", Open: func(string) (spidev.Device, error) { return discard{}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, w, r := connect(t, p, spi.Mode0), make([]byte, 14), make([]byte, 14)
	if n := testing.AllocsPerRun(1000, func() { _ = c.Tx(w, r) }); n != 0 {
		t.Errorf("%v allocations for each message", n)
	}
}

func TestAdvise(t *testing.T) {
	for err, want := range map[error]string{
		os.ErrDeadlineExceeded: "hangs in the kernel", syscall.EACCES: "sudo usermod -aG spi dunlin", syscall.EPERM: "DeviceAllow=char-spi rw",
		syscall.ENOENT: "dtparam=spi=on", syscall.EMSGSIZE: "spidev.bufsiz=65536", syscall.EINVAL: "lower clock", syscall.EBUSY: "in use",
		syscall.ESHUTDOWN: "was removed", syscall.ETIMEDOUT: "in time", errors.New("x"): "dmesg | grep -i spi",
	} {
		if got := spidev.Advise("spidev0.0", err); !strings.Contains(got, want) || !strings.Contains(got, "spidev0.0") {
			t.Errorf("%v: %q lacks %q", err, got, want)
		}
	}
	if got := spidev.Advise("spidev0.0", nil); got != "" {
		t.Errorf("%q", got)
	}
}
