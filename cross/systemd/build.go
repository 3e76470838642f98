package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build makes disk.img, vmlinuz, initrd.img and packages.txt in folder.
func build(ctx context.Context, folder, mirror string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(folder, "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil { // mmdebstrap may work as another user
		return err
	}
	ours := filepath.Join(tmp, "own.tar")
	if err := writeOwn(ours); err != nil {
		return fmt.Errorf("write own files: %w", err)
	}
	system := filepath.Join(tmp, "system.tar")
	if err := debian(ctx, mirror, ours, system); err != nil {
		return err
	}
	return disk(ctx, tmp, system, folder)
}

// writeOwn archives our files and links, all of them root's.
func writeOwn(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := tar.NewWriter(f)
	made := map[string]bool{}
	var errs []error
	folders := func(name string) {
		for at := 0; ; {
			next := strings.IndexByte(name[at:], '/')
			if next < 0 {
				return
			}
			at += next + 1
			if dir := name[:at]; !made[dir] && strings.Count(dir, "/") > 1 { // what lies in / is Debian's
				made[dir] = true
				errs = append(errs, w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755}))
			}
		}
	}
	for _, file := range own {
		folders(file.name)
		errs = append(errs, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: file.name, Mode: 0o644, Size: int64(len(file.text))}))
		_, err := w.Write([]byte(file.text))
		errs = append(errs, err)
	}
	for _, l := range links {
		folders(l[0])
		errs = append(errs, w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: l[0], Linkname: l[1]}))
	}
	return errors.Join(append(errs, w.Close(), f.Close())...)
}

// debian has mmdebstrap make the system, through the proxies of this machine's apt. What is left out now is not left out
// of packages that come later.
func debian(ctx context.Context, mirror, ours, system string) error {
	args := []string{"--quiet", "--variant=apt", "--architectures=amd64", "--format=tar", "--include=" + strings.Join(wanted, ",")}
	for _, p := range unwanted {
		args = append(args, "--dpkgopt=path-exclude="+p)
	}
	for _, p := range spared {
		args = append(args, "--dpkgopt=path-include="+p)
	}
	args = append(args, "--essential-hook=tar-in "+ours+" /", `--customize-hook=rm "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap`, suite, system)
	for _, a := range archives {
		args = append(args, fmt.Sprintf(a, mirror))
	}
	return call(ctx, "", "mmdebstrap", args...)
}

// disk unpacks the system and makes a file system of it, under fakeroot: the owners of the files stay without root.
// Device files are the kernel's own business.
const diskScript = `set -e
mkdir root
tar -xf "$1" -C root --exclude='./dev/*' --numeric-owner
mke2fs -q -t ext4 -L dunlin-root -E lazy_itable_init=0,lazy_journal_init=0 -d root disk.img "$2"
cp root/boot/vmlinuz-* vmlinuz
cp root/boot/initrd.img-* initrd.img
dpkg-query --admindir=root/var/lib/dpkg -W -f '${Package} ${Version} ${Architecture}\n' >packages.txt
`

func disk(ctx context.Context, tmp, system, folder string) error {
	if err := call(ctx, tmp, "fakeroot", "sh", "-c", diskScript, "disk", system, size); err != nil {
		return err
	}
	for _, name := range []string{"disk.img", "vmlinuz", "initrd.img", "packages.txt"} {
		if err := os.Rename(filepath.Join(tmp, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}

func call(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin", "LC_ALL=C.UTF-8")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, text)
	}
	return nil
}
