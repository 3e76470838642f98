package board_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/i2cdev/i2cdevtest"
	"github.com/dunlin-iot/dunlin/hal/spidev"
	"github.com/dunlin-iot/dunlin/hal/spidev/spidevtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// machine is a made-up /proc, /sys and /dev with kernels behind its device files.
type machine struct {
	t       *testing.T
	root    string
	kernels map[string]*i2cdevtest.Kernel // by the last part of the path
	spi     spidevtest.Kernel
	access  error
}

func newMachine(t *testing.T, compatible ...string) *machine {
	m := &machine{t: t, root: t.TempDir(), kernels: map[string]*i2cdevtest.Kernel{}}
	if len(compatible) > 0 {
		m.file("proc/device-tree/compatible", strings.Join(compatible, "\x00")+"\x00")
		m.file("proc/device-tree/model", "Board of "+compatible[0]+"\x00")
	}
	return m
}

func raspberry(t *testing.T) *machine {
	return newMachine(t, "raspberrypi,4-model-b", "brcm,bcm2711")
}

func (m *machine) file(path, content string) {
	m.t.Helper()
	p := filepath.Join(m.root, path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(content), 0o644)); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) link(path, target string) {
	m.t.Helper()
	p := filepath.Join(m.root, path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.Symlink(target, p)); err != nil {
		m.t.Fatal(err)
	}
}

// i2c adds an adapter with its device file and chips behind it.
func (m *machine) i2c(bus, adapter string, models map[uint16]chiptest.Model) *i2cdevtest.Kernel {
	m.file("sys/bus/i2c/devices/"+bus+"/name", adapter+"\n")
	m.file("dev/"+bus, "")
	m.kernels[bus] = i2cdevtest.NewKernel(models)
	return m.kernels[bus]
}

// client adds a chip that the kernel knows; driver may be empty.
func (m *machine) client(name, chip, driver string) {
	m.file("sys/bus/i2c/devices/"+name+"/name", chip+"\n")
	if driver != "" {
		m.link("sys/bus/i2c/devices/"+name+"/driver", "../../../bus/i2c/drivers/"+driver)
	}
}

func (m *machine) board() *board.Board {
	b := board.New(board.Config{
		Root:   m.root,
		Access: func(string) error { return m.access },
		I2C: i2cdev.Config{Open: func(path string) (i2cdev.Device, error) {
			return m.kernels[filepath.Base(path)].Open(path)
		}},
		SPI: spidev.Config{Open: m.spi.Open},
	})
	m.t.Cleanup(func() { _ = b.Close() })
	return b
}

// wantAbsent checks that err is an absence whose fix has every one of the texts.
func wantAbsent(t *testing.T, err error, fix ...string) {
	t.Helper()
	var gone *hal.AbsentError
	if !errors.As(err, &gone) {
		t.Errorf("%v is no absence", err)
		return
	}
	for _, want := range fix {
		if !strings.Contains(gone.Fix, want) {
			t.Errorf("%s: the fix lacks %q", gone, want)
		}
	}
}

func TestKinds(t *testing.T) {
	for _, c := range []struct {
		compatible []string
		want       board.Kind
	}{
		{[]string{"raspberrypi,model-zero-2-w", "brcm,bcm2837"}, board.RaspberryPiZero2},
		{[]string{"raspberrypi,3-model-b-plus", "brcm,bcm2837"}, board.RaspberryPi3},
		{[]string{"raspberrypi,4-compute-module", "brcm,bcm2711"}, board.RaspberryPi4},
		{[]string{"raspberrypi,400", "brcm,bcm2711"}, board.RaspberryPi4},
		{[]string{"raspberrypi,5-model-b", "brcm,bcm2712"}, board.RaspberryPi5},
		{[]string{"raspberrypi,model-b", "brcm,bcm2835"}, board.RaspberryPi},
		{[]string{"nvidia,p3450-0000", "nvidia,jetson-nano", "nvidia,tegra210"}, board.JetsonNano},
		{[]string{"nvidia,p3768-0000+p3767-0005", "nvidia,p3767-0005", "nvidia,tegra234"}, board.JetsonOrin},
		{[]string{"nvidia,p3509-0000+p3668-0000", "nvidia,tegra194"}, board.Jetson},
		{[]string{"linux,dummy-virt"}, board.GenericARM},
	} {
		b := newMachine(t, c.compatible...).board()
		if !slices.Contains(board.Names(), string(c.want)) {
			t.Errorf("%s is not among the names of boards", c.want)
		}
		if b.Kind() != c.want || b.Model() != "Board of "+c.compatible[0] {
			t.Errorf("%v: %s, %q", c.compatible, b.Kind(), b.Model())
		}
	}
	m := newMachine(t)
	m.file("sys/class/dmi/id/product_name", "Standard PC (Q35)\n")
	if b := m.board(); strings.HasPrefix(string(b.Kind()), "raspberry") || b.Model() != "Standard PC (Q35)" {
		t.Errorf("without a device tree: %s, %q", b.Kind(), b.Model())
	}
}

// TestOwnNames: what boards wrote to /proc/device-tree/model, without the revision that some add.
func TestOwnNames(t *testing.T) {
	for _, model := range []string{"Raspberry Pi 4 Model B Rev 1.4", "Raspberry Pi 3 Model B Plus Rev 1.3", "Raspberry Pi Zero W Rev 1.1", "Raspberry Pi 5 Model B Rev 1.0",
		"Raspberry Pi Compute Module 4 Rev 1.0", "Raspberry Pi Compute Module 5 Rev 1.0", "NVIDIA Jetson Nano Developer Kit", "NVIDIA Jetson AGX Orin Developer Kit",
		"NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super"} {
		word, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(model), " ", "-"), "-rev-")
		if !slices.Contains(board.Names(), word) {
			t.Errorf("%q is not among the names of boards", word)
		}
	}
}

func TestBuses(t *testing.T) {
	m := raspberry(t)
	m.i2c("i2c-1", "bcm2835 (i2c@7e804000)", nil)
	m.i2c("i2c-10", "i2c-0-mux", nil)
	m.file("sys/bus/i2c/devices/i2c-3/name", "CP2112 SMBus Bridge on hidraw0\n")
	m.file("sys/bus/i2c/devices/i2c-BOSC0200:00/name", "an ACPI device, not an adapter")
	m.client("1-0076", "bme280", "bmp280")
	m.client("1-0048", "tmp102", "")
	m.client("10-0050", "24c32", "at24")
	m.file("sys/devices/platform/soc/spi0/spi_master/spi0/spi0.0/modalias", "spi:spidev\n")
	m.link("sys/bus/spi/devices/spi0.0", "../../../devices/platform/soc/spi0/spi_master/spi0/spi0.0")
	m.file("dev/spidev0.0", "")
	got := m.board().Buses()
	if len(got) != 4 {
		t.Fatalf("%+v", got)
	}
	one, three, ten, spi := got[0], got[1], got[2], got[3]
	if one.Name != "i2c-1" || one.Path != "/dev/i2c-1" || one.Adapter != "bcm2835 (i2c@7e804000)" || one.State != board.Usable || one.Fix != "" {
		t.Errorf("%+v", one)
	}
	if d := one.Devices; len(d) != 2 || d[0] != (board.Device{Address: 0x48, Name: "tmp102"}) || d[1] != (board.Device{Address: 0x76, Name: "bme280", Driver: "bmp280"}) {
		t.Errorf("devices of i2c-1: %+v", d)
	}
	if three.Name != "i2c-3" || three.State != board.NoFile || !strings.Contains(three.Fix, "sudo modprobe i2c-dev") {
		t.Errorf("%+v", three)
	}
	if ten.Name != "i2c-10" || len(ten.Devices) != 1 || ten.Devices[0].Driver != "at24" {
		t.Errorf("%+v", ten)
	}
	if spi.Name != "spidev0.0" || spi.State != board.Usable || spi.Adapter != "spi0" || spi.Devices[0].Name != "spi:spidev" {
		t.Errorf("%+v", spi)
	}
	m.access = syscall.EACCES
	for _, bus := range m.board().Buses() {
		if bus.Name != "i2c-3" && (bus.State != board.Denied || bus.Fix == "") {
			t.Errorf("without permission: %+v", bus)
		}
	}
}

func TestBusesThatCouldBe(t *testing.T) {
	got := raspberry(t).board().Buses()
	if len(got) != 2 || got[0].Name != "i2c-1" || got[0].State != board.NotEnabled || !strings.Contains(got[0].Fix, "dtparam=i2c_arm=on") ||
		got[1].Name != "spidev0.0" || got[1].State != board.NotEnabled || !strings.Contains(got[1].Fix, "dtparam=spi=on") {
		t.Errorf("%+v", got)
	}
	if got := newMachine(t, "linux,dummy-virt").board().Buses(); len(got) != 0 {
		t.Errorf("a machine without buses has %+v", got)
	}
}
