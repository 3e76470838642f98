// Command systemd makes the machine that test/systemd installs the agent's package on: a small Debian with its stock
// kernel and systemd, as a disk image that QEMU boots.
//
// mmdebstrap fetches the packages through apt, which checks them down to the archive's signature, and configures them;
// their versions are written beside the image. A few files of our own (recipe.go) are laid in: how the disk
// is mounted, the network, and the service that does the test's errands. Neither mmdebstrap nor the making of the disk
// needs root where the kernel allows user namespaces. The image is made once for a recipe and stays below build/guest;
// -update makes it anew from what the archive has today. Nothing is installed on this machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

const output = "build/guest/systemd"

func main() {
	update := flag.Bool("update", false, "make the image anew from what the archive has today")
	mirror := flag.String("mirror", "http://deb.debian.org", "server with the folders debian and debian-security")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, output, *mirror, *update); err != nil {
		fmt.Fprintln(os.Stderr, "systemd:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder, mirror string, update bool) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	unlock, err := lock(filepath.Join(folder, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	record := filepath.Join(folder, "recipe.txt") // written last
	if have, err := os.ReadFile(record); err != nil || string(have) != recipe() || update {
		if err := errors.Join(os.RemoveAll(record), tools()); err != nil {
			return err
		}
		if err := build(ctx, folder, mirror); err != nil {
			return err
		}
		if err := os.WriteFile(record, []byte(recipe()), 0o644); err != nil {
			return err
		}
	}
	list, err := os.ReadFile(filepath.Join(folder, "packages.txt"))
	if err != nil {
		return err
	}
	fmt.Printf("%s  %d packages\n", filepath.Join(folder, "disk.img"), strings.Count(string(list), "\n"))
	return nil
}

// tools names what is missing and how to get it.
func tools() error {
	var missing []string
	for _, t := range []struct{ program, packet string }{
		{"mmdebstrap", "mmdebstrap"}, {"fakeroot", "fakeroot"}, {"mke2fs", "e2fsprogs"}, {"tar", "tar"},
	} {
		if _, err := exec.LookPath(t.program); err != nil {
			missing = append(missing, t.packet)
		}
	}
	if _, err := os.Stat("/usr/share/keyrings/debian-archive-keyring.gpg"); err != nil {
		missing = append(missing, "debian-archive-keyring")
	}
	if len(missing) > 0 {
		return fmt.Errorf("missing: apt-get install %s", strings.Join(missing, " "))
	}
	return nil
}

// lock keeps two builds at once apart.
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
