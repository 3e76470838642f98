// Command guest makes what the hardware tests boot (internal/vm): the stock Debian kernel for 64-bit Arm, fetched through
// apt and checked by it down to the archive's signature, and an initramfs with the kernel's modules for the fake
// hardware, the program test/guest/init as first process, the agent, its C library, the TFLite library and a model.
//
// The kernel package is fetched once and stays below build/guest; -update looks for a newer one. Programs are built
// each time, which the Go tool makes quick. Nothing is installed on this machine and nothing is run as root.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

const output = "build/guest"

func main() {
	update := flag.Bool("update", false, "ask the archive for a newer kernel")
	fetch := flag.Bool("fetch", false, "fetch the kernel only")
	mirror := flag.String("mirror", "http://deb.debian.org", "server with the folders debian and debian-security")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, apt{folder: filepath.Join(output, "apt"), mirror: *mirror, arch: "arm64"}, *update, *fetch); err != nil {
		fmt.Fprintln(os.Stderr, "guest:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, a apt, update, fetch bool) error {
	if err := os.MkdirAll(output, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	unlock, err := lock(filepath.Join(output, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
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
