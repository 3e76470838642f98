package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// raspberry is the description of the board that QEMU emulates.
const raspberry = "bcm2837-rpi-3-b.dtb"

// kernel is what stays of a kernel package: its image as vmlinuz, its description of the Raspberry Pi 3 and its modules,
// by name without ".ko".
type kernel struct {
	version string
	modules string // the folder of all .ko files
}

// provideKernel fetches the kernel when there is none, when it lacks a module or when a newer one is asked for. It is the
// one that Debian's next release has, built for this one: Debian 12's own has no timer to pace IIO buffers.
func provideKernel(ctx context.Context, a apt, folder string, update bool) (kernel, error) {
	k := kernel{modules: filepath.Join(folder, "modules")}
	record := filepath.Join(folder, "kernel.txt") // written last
	if have, err := os.ReadFile(record); err == nil && !update && exists(filepath.Join(folder, raspberry)) && k.complete() {
		k.version = strings.TrimSpace(string(have))
		return k, nil
	}
	if err := a.prepare(); err != nil {
		return k, err
	}
	if err := a.update(ctx); err != nil {
		return k, err
	}
	name, version, err := a.resolve(ctx, "linux-image-"+a.arch)
	if err != nil {
		return k, err
	}
	k.version = strings.TrimSuffix(strings.TrimPrefix(name, "linux-image-"), "-"+a.arch) + " (Debian " + version + ")"
	tmp, err := os.MkdirTemp(folder, "fetch-")
	if err != nil {
		return k, err
	}
	defer os.RemoveAll(tmp)
	deb, err := a.download(ctx, tmp, name, version, "")
	if err != nil {
		return k, err
	}
	if err := k.unpack(ctx, deb, folder); err != nil {
		return k, err
	}
	return k, os.WriteFile(record, []byte(k.version+"\n"), 0o644)
}

// unpack takes image and modules out of the package; nothing of it is installed or run.
func (k kernel) unpack(ctx context.Context, deb, folder string) error {
	if err := errors.Join(os.RemoveAll(k.modules), os.MkdirAll(k.modules, 0o755)); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("dpkg-deb: %w", err)
	}
	err = k.sort(tar.NewReader(out), folder)
	_, _ = io.Copy(io.Discard, out)
	if waited := cmd.Wait(); err == nil && waited != nil {
		err = fmt.Errorf("dpkg-deb %s: %w", deb, waited)
	}
	return err
}

func (k kernel) sort(files *tar.Reader, folder string) error {
	images := 0
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			if images != 1 {
				return fmt.Errorf("the package holds %d kernel images", images)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read package: %w", err)
		}
		base := path.Base(h.Name)
		switch {
		case h.Typeflag != tar.TypeReg:
		case strings.HasPrefix(base, "vmlinuz-"):
			images++
			err = writeFile(filepath.Join(folder, "vmlinuz"), files)
		case base == raspberry:
			err = writeFile(filepath.Join(folder, base), files)
		case strings.HasSuffix(base, ".ko"), strings.HasSuffix(base, ".ko.xz"):
			err = writeFile(filepath.Join(k.modules, base), files)
		}
		if err != nil {
			return err
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func writeFile(name string, from io.Reader) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}
