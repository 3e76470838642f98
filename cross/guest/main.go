// Command guest makes what the hardware tests boot (internal/vm): the stock Debian kernel for 64-bit Arm, fetched through
// apt and checked by it down to the archive's signature, and an initramfs with the kernel's modules for the fake
// hardware, the program test/guest/init as first process, the agent, its C library, the TFLite library and a model.
//
// The kernel package is fetched once and stays below build/guest; -update looks for a newer one. Programs are built
// each time, which the Go tool makes quick. -host fetches what this machine itself needs for the emulated Raspberry Pi, a
// newer QEMU, by the versions and digests of packages.txt, -teflon Mesa's delegate for accelerators. Nothing is installed on
// this machine and nothing is run as root.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
)

const output = "build/guest"

func main() {
	update := flag.Bool("update", false, "ask the archive for a newer kernel")
	fetch := flag.Bool("fetch", false, "fetch the kernel only")
	host := flag.Bool("host", false, "fetch what this machine needs to emulate a Raspberry Pi, and no more")
	npu := flag.Bool("teflon", false, "fetch Mesa's delegate for 64-bit Arm, and no more")
	repin := flag.Bool("pin", false, "take the archive's present versions for this machine into "+pins)
	mirror := flag.String("mirror", "http://deb.debian.org", "server with the folders debian and debian-security")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *host || *repin {
		a := apt{folder: filepath.Join(output, "apt-host"), mirror: *mirror, arch: runtime.GOARCH, backports: true}
		exit(locked(func() error { return provideHost(ctx, a, output, *repin) }))
		return
	}
	if *npu {
		a := apt{folder: filepath.Join(output, "apt-teflon"), mirror: *mirror, arch: "arm64", backports: true}
		exit(locked(func() error { return provideTeflon(ctx, a, output) }))
		return
	}
	a := apt{folder: filepath.Join(output, "apt"), mirror: *mirror, arch: "arm64", backports: true}
	exit(locked(func() error { return build(ctx, a, *update, *fetch) }))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "guest:", err)
		os.Exit(1)
	}
}

// locked does something while no other build does.
func locked(do func() error) error {
	if err := os.MkdirAll(output, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	unlock, err := lock(filepath.Join(output, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}

func build(ctx context.Context, a apt, update, fetch bool) error {
	k, err := provideKernel(ctx, a, output, update)
	if err != nil {
		return fmt.Errorf("kernel: %w", err)
	}
	if fetch {
		fmt.Printf("%s  %s\n", filepath.Join(output, "vmlinuz"), k.version)
		return nil
	}
	files, err := collect(ctx, k)
	if err != nil {
		return err
	}
	target := filepath.Join(output, "initramfs.cpio")
	if err := writeArchive(target, files); err != nil {
		return fmt.Errorf("write %s: %w", target, err)
	}
	fmt.Printf("%s  %d files, Linux %s\n", target, len(files), k.version)
	return nil
}

// lock keeps two builds at once apart: tests of several packages may ask for the guest.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}
