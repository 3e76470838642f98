package vm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Build runs cross/guest in the repository's root folder and returns the folder of what it made. It takes seconds when
// kernel and programs are there already. With the argument "-host" it fetches the QEMU that Raspberry needs.
func Build(ctx context.Context, root string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"run", "./cross/guest"}, args...)...)
	cmd.Dir = root
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build guest: %w\n%s", err, text)
	}
	return filepath.Join(root, "build", "guest"), nil
}

// ARM64 is a virtual 64-bit Arm machine with the kernel and the initramfs of cross/guest. It has an emulated network
// where the host is 10.0.2.2. words go to the kernel's command line after "--", which hands them to the first process.
func ARM64(folder string, words ...string) Config {
	// oops and panic end the machine: -no-reboot makes the restart an exit.
	line := "console=ttyAMA0 quiet loglevel=3 panic=-1 oops=panic -- " + strings.Join(words, " ")
	return Config{
		Program: "qemu-system-aarch64", Package: "qemu-system-arm", Limit: 3 * time.Minute,
		Args: []string{
			"-machine", "virt", "-accel", "tcg,thread=multi", "-cpu", "cortex-a72", "-smp", "2", "-m", "512",
			"-kernel", filepath.Join(folder, "vmlinuz"), "-initrd", filepath.Join(folder, "initramfs.cpio"), "-append", line,
			"-netdev", "user,id=net", "-device", "virtio-net-device,netdev=net",
		},
	}
}

// Paced is a machine of one processor whose clock goes by the instructions that it has executed, four nanoseconds each, and
// jumps to the next timer while there is nothing to do. A busy host makes it slow, not late: what has to keep up with
// sound keeps up. Its seconds are not the host's.
func Paced(cfg Config) Config {
	args := slices.Clone(cfg.Args)
	for i, a := range args[:len(args)-1] {
		switch a {
		case "-accel":
			args[i+1] = "tcg,thread=single"
		case "-smp":
			args[i+1] = "1"
		case "-append": // for boards that always have more
			args[i+1] = "maxcpus=1 " + args[i+1]
		}
	}
	cfg.Args = append(args, "-icount", "shift=2,sleep=off")
	return cfg
}

// Raspberry is the Raspberry Pi 3 that QEMU emulates, with the same kernel and initramfs and the kernel's description of
// the board. A TMP105 thermometer is wired to its second I2C bus at 0x48; its QMP name is Thermometer. The board cannot
// power itself off.
func Raspberry(folder string, words ...string) Config {
	// What comes in on the first serial port goes to the board's Bluetooth chip, so the guest talks through the second.
	line := "console=ttyS1,115200 quiet loglevel=3 panic=-1 oops=panic -- " + strings.Join(words, " ")
	return Config{
		Program: filepath.Join(folder, "host", "usr", "bin", "qemu-system-aarch64"), Limit: 7 * time.Minute, Port: 1,
		Args: []string{
			"-machine", "raspi3b", "-accel", "tcg,thread=multi", "-L", filepath.Join(folder, "host"), // it needs no firmware
			"-kernel", filepath.Join(folder, "vmlinuz"), "-initrd", filepath.Join(folder, "initramfs.cpio"),
			"-dtb", filepath.Join(folder, "bcm2837-rpi-3-b.dtb"), "-append", line,
			"-device", "tmp105,id=" + Thermometer + ",bus=i2c-bus.1,address=0x48",
		},
	}
}

// Thermometer names the chip of Raspberry for qom-set; its property temperature is in thousandths of a degree.
const Thermometer = "thermometer"

// Kernel is the version of the kernel that cross/guest fetched.
func Kernel(folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "kernel.txt"))
	return strings.TrimSpace(string(text)), err
}
