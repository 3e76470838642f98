package board_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

// bme280 answers its identity.
func bme280() map[uint16]chiptest.Model {
	regs := &chiptest.Registers{}
	regs.Set(0xd0, 0x60)
	return map[uint16]chiptest.Model{0x76: regs}
}

func TestOpenByName(t *testing.T) {
	m := raspberry(t)
	m.i2c("i2c-1", "bcm2835 (i2c@7e804000)", bme280())
	m.i2c("i2c-4", "CP2112 SMBus Bridge on hidraw0", nil)
	b := m.board()
	for name, want := range map[string]string{"i2c-1": "i2c-1", "1": "i2c-1", "/dev/i2c-1": "i2c-1", "CP2112": "i2c-4", "cp2112 smbus": "i2c-4", "4": "i2c-4"} {
		h, err := b.I2C(name, 0x76)
		if err != nil || h.String() != want {
			t.Errorf("%s: %v, %v", name, h, err)
			continue
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	m.i2c("i2c-5", "CP2112 SMBus Bridge on hidraw1", nil)
	if _, err := b.I2C("CP2112", 0); err == nil || !strings.Contains(err.Error(), "i2c-4 (CP2112 SMBus Bridge on hidraw0), i2c-5 (") {
		t.Errorf("two of that name: %v", err)
	}
}

func TestHandlesShareABus(t *testing.T) {
	m := raspberry(t)
	k := m.i2c("i2c-1", "bcm2835", bme280())
	b := m.board()
	one, err1 := b.I2C("i2c-1", 0x76)
	two, err2 := b.I2C("1", 0x40)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if files, _ := k.Counts(); files != 1 {
		t.Errorf("%d files for one bus", files)
	}
	if err := errors.Join(one.Close(), one.Close()); err != nil {
		t.Error(err)
	}
	if err := one.Tx(0x76, []byte{0xd0}, nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed handle: %v", err)
	}
	r := make([]byte, 1)
	if err := two.Tx(0x76, []byte{0xd0}, r); err != nil || r[0] != 0x60 {
		t.Errorf("the other handle: %v, % x", err, r)
	}
	if s := b.Stats()["i2c-1"][0x76]; s.Transfers != 1 {
		t.Errorf("%+v", s)
	}
	if n := testing.AllocsPerRun(100, func() { _ = two.Tx(0x76, r, r) }); n != 0 {
		t.Errorf("%v allocations for each transfer", n)
	}
	if err := two.SetSpeed(physic.KiloHertz); err == nil {
		t.Error("the speed was set")
	}
	if err := two.Close(); err != nil {
		t.Error(err)
	}
	if files, _ := k.Counts(); files != 0 {
		t.Errorf("%d files after the last handle", files)
	}
}

// TestCountsOutliveTheBus: a source that fails lets go of its bus; how often the chip did not answer is still told.
func TestCountsOutliveTheBus(t *testing.T) {
	m := raspberry(t)
	k := m.i2c("i2c-1", "bcm2835", bme280())
	b := m.board()
	for range 2 {
		h, err := b.I2C("i2c-1", 0x76)
		if err != nil {
			t.Fatal(err)
		}
		k.Fail(nil, syscall.EIO)
		for range 2 {
			_ = h.Tx(0x76, []byte{0xd0}, make([]byte, 1)) // the second fails, which is counted
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	s := b.Stats()["i2c-1"][0x76]
	if s.Transfers != 2 || s.Bytes != 4 || s.Failed != 2 || s.ByErrno[syscall.EIO] != 2 || !errors.Is(s.Last, syscall.EIO) || s.Worst <= 0 {
		t.Errorf("%+v", s)
	}
}

func TestBoardOwnsEveryClose(t *testing.T) {
	m := raspberry(t)
	k := m.i2c("i2c-1", "bcm2835", bme280())
	m.file("dev/spidev0.0", "")
	b := m.board()
	h, err1 := b.I2C("i2c-1", 0x76)
	p, err2 := b.SPI("0.0")
	if err := errors.Join(err1, err2, b.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	if files, _ := k.Counts(); files != 0 || m.spi.Files() != 0 {
		t.Errorf("%d and %d files left open", files, m.spi.Files())
	}
	if err := h.Tx(0x76, []byte{0}, nil); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
	if err := errors.Join(h.Close(), p.Close()); err != nil {
		t.Error(err)
	}
	_, err1 = b.I2C("i2c-1", 0x76)
	_, err2 = b.SPI("0.0")
	if !errors.Is(err1, os.ErrClosed) || !errors.Is(err2, os.ErrClosed) {
		t.Errorf("a closed board: %v, %v", err1, err2)
	}
}

func TestKernelDriversKeepTheirAddresses(t *testing.T) {
	m := raspberry(t)
	k := m.i2c("i2c-1", "bcm2835", bme280())
	m.client("1-0076", "bme280", "bmp280")
	m.client("1-0048", "tmp102", "")
	b := m.board()
	_, err := b.I2C("i2c-1", 0x76)
	for _, want := range []string{"bmp280 owns it", "driver iio", "echo 1-0076 | sudo tee /sys/bus/i2c/drivers/bmp280/unbind", "echo 0x76 | sudo tee /sys/bus/i2c/devices/i2c-1/delete_device"} {
		if !errors.Is(err, syscall.EBUSY) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
	m.client("1-0018", "ds2482", "ds2482")
	if _, err := b.I2C("i2c-1", 0x18); !errors.Is(err, syscall.EBUSY) || !strings.Contains(err.Error(), "ds2482 owns it; use driver ds18b20 without bus and address") {
		t.Errorf("a bridge to 1-Wire: %v", err)
	}
	h, err := b.I2C("i2c-1", 0x48)
	if err != nil {
		t.Fatalf("a chip without a driver: %v", err)
	}
	if err := h.Tx(0x76, []byte{0xd0}, nil); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("the owned address through a handle for another: %v", err)
	}
	if _, calls := k.Counts(); calls != 0 {
		t.Error("the chip was asked all the same")
	}
}

func TestAbsentBuses(t *testing.T) {
	pi := raspberry(t)
	_, err := pi.board().I2C("i2c-1", 0x76)
	wantAbsent(t, err, "dtparam=i2c_arm=on to /boot/firmware/config.txt", "reboot", "sudo raspi-config nonint do_i2c 0")
	_, err = pi.board().I2C("0", 0)
	wantAbsent(t, err, "dtparam=i2c_vc=on")
	_, err = pi.board().I2C("i2c-3", 0)
	wantAbsent(t, err, "dtoverlay=i2c3")
	pi.file("boot/config.txt", "")
	_, err = pi.board().I2C("i2c-1", 0x76)
	wantAbsent(t, err, "dtparam=i2c_arm=on to /boot/config.txt")
	pi.i2c("i2c-1", "bcm2835", nil)
	_, err = pi.board().I2C("i2c-9", 0)
	wantAbsent(t, err, "use one that there is: i2c-1 (bcm2835)")
	_, err = pi.board().I2C("CP2112", 0)
	wantAbsent(t, err, "use one that there is: i2c-1 (bcm2835)")

	_, err = newMachine(t, "nvidia,jetson-nano").board().I2C("i2c-1", 0)
	wantAbsent(t, err, "sudo /opt/nvidia/jetson-io/jetson-io.py", "reboot")
	_, err = newMachine(t, "linux,dummy-virt").board().I2C("i2c-1", 0)
	wantAbsent(t, err, "no I2C bus", "plug an adapter in")

	noModule := newMachine(t, "linux,dummy-virt")
	noModule.file("sys/bus/i2c/devices/i2c-1/name", "x")
	_, err = noModule.board().I2C("i2c-1", 0)
	wantAbsent(t, err, "sudo modprobe i2c-dev", "/etc/modules-load.d/i2c-dev.conf")
}

func TestNoPermission(t *testing.T) {
	m := raspberry(t)
	m.access = syscall.EACCES
	m.i2c("i2c-1", "bcm2835", nil)
	m.file("dev/spidev0.0", "")
	_, err := m.board().I2C("i2c-1", 0)
	wantAbsent(t, err, `SUBSYSTEM=="i2c-dev", GROUP="dunlin", MODE="0660"`, "udevadm trigger", "systemctl restart dunlin")
	_, err = m.board().SPI("spidev0.0")
	wantAbsent(t, err, `SUBSYSTEM=="spidev"`)
	if err := os.Chown(filepath.Join(m.root, "dev/i2c-1"), -1, os.Getgid()+44); err != nil {
		t.Fatalf("give the file to another group (tests run as root, or in that group): %v", err)
	}
	m.file("etc/group", "root:x:0:\ni2c:x:44:pi\nspi:x:45:\n")
	_, err = m.board().I2C("i2c-1", 0)
	wantAbsent(t, err, "sudo usermod -aG i2c dunlin", "systemctl restart dunlin")
	if !errors.Is(err, syscall.EACCES) {
		t.Error(err)
	}
}

// TestRefusedAtOpen: what only the open itself tells.
func TestRefusedAtOpen(t *testing.T) {
	m := raspberry(t)
	k := m.i2c("i2c-1", "bcm2835", nil)
	for errno, fix := range map[syscall.Errno]string{
		syscall.EPERM: "DeviceAllow=char-i2c rw", syscall.EACCES: "restart dunlin", syscall.ENOENT: "modprobe i2c-dev", syscall.ENODEV: "modprobe i2c-dev",
	} {
		k.OpenErr = errno
		_, err := m.board().I2C("i2c-1", 0)
		wantAbsent(t, err, fix)
		if !errors.Is(err, errno) {
			t.Errorf("%v lost its errno %v", err, errno)
		}
	}
	k.OpenErr = nil
	k.Functions = 0x00010000
	_, err := m.board().I2C("i2c-1", 0)
	wantAbsent(t, err, "driver iio")
	k.OpenErr = syscall.EMFILE
	var gone *hal.AbsentError
	if _, err := m.board().I2C("i2c-1", 0); !errors.Is(err, syscall.EMFILE) || errors.As(err, &gone) {
		t.Errorf("too many open files: %v", err)
	}
}

func TestReplug(t *testing.T) {
	m := raspberry(t)
	k := m.i2c("i2c-4", "CP2112", bme280())
	b := m.board()
	old, err := b.I2C("CP2112", 0x76)
	if err != nil {
		t.Fatal(err)
	}
	k.Fail(syscall.ENODEV)
	if err := old.Tx(0x76, []byte{0xd0}, nil); !errors.Is(err, syscall.ENODEV) {
		t.Error(err)
	}
	fresh, err := b.I2C("CP2112", 0x76)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(fresh.Tx(0x76, []byte{0xd0}, nil), old.Close(), fresh.Tx(0x76, []byte{0xd0}, nil)); err != nil {
		t.Errorf("after replugging: %v", err)
	}
	// The file is another one before any transfer has failed.
	path := filepath.Join(m.root, "dev/i2c-4")
	if err := errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600), os.Chtimes(path, time.Time{}, time.Unix(1, 0))); err != nil {
		t.Fatal(err)
	}
	third, err := b.I2C("CP2112", 0x76)
	if err != nil {
		t.Fatal(err)
	}
	if files, _ := k.Counts(); files != 2 {
		t.Errorf("%d files, want the fresh one beside the one that still has a handle", files)
	}
	if err := errors.Join(fresh.Close(), third.Close()); err != nil {
		t.Error(err)
	}
	if files, _ := k.Counts(); files != 0 {
		t.Errorf("%d files left open", files)
	}
}

func TestSPI(t *testing.T) {
	m := raspberry(t)
	_, err := m.board().SPI("0.0")
	wantAbsent(t, err, "dtparam=spi=on", "raspi-config nonint do_spi 0")
	_, err = newMachine(t, "nvidia,tegra234").board().SPI("0.0")
	wantAbsent(t, err, "jetson-io.py", "modprobe spidev")
	_, err = newMachine(t, "linux,dummy-virt").board().SPI("0.0")
	wantAbsent(t, err, "no SPI device")
	m.file("dev/spidev0.0", "")
	_, err = m.board().SPI("1.0")
	wantAbsent(t, err, "use one that there is: spidev0.0")
	b := m.board()
	for _, name := range []string{"spidev0.0", "0.0", "SPI0.0", "/dev/spidev0.0"} {
		p, err := b.SPI(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := b.SPI(name); !errors.Is(err, syscall.EBUSY) {
			t.Errorf("%s twice: %v", name, err)
		}
		c, err := p.Connect(physic.MegaHertz, spi.Mode0, 8)
		if err != nil {
			t.Fatal(err)
		}
		r := make([]byte, 1)
		if err := c.Tx([]byte{7}, r); err != nil || r[0] != 7 {
			t.Errorf("%s: %v, % x", name, err, r)
		}
		if err := errors.Join(p.Close(), p.Close()); err != nil || m.spi.Files() != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if b.Port("") != nil {
		t.Error("a port without a name")
	}
	if p, err := b.Port("spidev0.0")(); err != nil || p.Close() != nil {
		t.Errorf("port for later: %v", err)
	}
	m.file("sys/bus/spi/devices/spi0.1/modalias", "spi:ads7846")
	m.link("sys/bus/spi/devices/spi0.1/driver", "../../drivers/ads7846")
	if _, err = m.board().SPI("0.1"); !errors.Is(err, syscall.EBUSY) || !strings.Contains(err.Error(), "ads7846 owns it") || !strings.Contains(err.Error(), "/sys/bus/spi/drivers/ads7846/unbind") {
		t.Errorf("a kernel driver's device: %v", err)
	}
	m.file("sys/bus/spi/devices/spi0.2/modalias", "spi:x")
	_, err = m.board().SPI("0.2")
	wantAbsent(t, err, "echo spidev | sudo tee /sys/bus/spi/devices/spi0.2/driver_override", "echo spi0.2 | sudo tee /sys/bus/spi/drivers/spidev/bind")
	m.spi.OpenErr = syscall.EPERM
	_, err = m.board().SPI("0.0")
	wantAbsent(t, err, "DeviceAllow=char-spi rw")
}
