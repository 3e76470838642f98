package vm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Build runs cross/guest in the repository's root folder and returns the folder of what it made. It takes seconds when
// kernel and programs are there already.
func Build(ctx context.Context, root string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "run", "./cross/guest")
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

// Kernel is the version of the kernel that cross/guest fetched.
func Kernel(folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "kernel.txt"))
	return strings.TrimSpace(string(text)), err
}
