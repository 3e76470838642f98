package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// npmPackage is a package that holds libraries for several architectures.
type npmPackage struct {
	name, version string
	tarball       string // SHA-256
	pins          []npmPin
	notice        string // goes with every copy
	noticeFile    string
}

// npmPin is one library inside the package.
type npmPin struct {
	member string // its name there
	file   string // its name below the output's folder
	so     string // SHA-256
}

// packer brings a package into a folder and returns its path.
type packer func(ctx context.Context, p npmPackage, folder string) (string, error)

// provide makes sure that every library of the package is installed below folder.
func (p npmPackage) provide(ctx context.Context, folder string, pack packer, log io.Writer) error {
	missing, err := p.missing(folder, log)
	if err != nil || len(missing) == 0 {
		return err
	}
	tmp, err := os.MkdirTemp("", "dunlin-runtime-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(tmp)
	path, err := pack(ctx, p, tmp)
	if err != nil {
		return fmt.Errorf("fetch %s@%s: %w", p.name, p.version, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read package: %w", err)
	}
	if have := digest(data); have != p.tarball {
		return fmt.Errorf("%s has SHA-256 %s, want %s", filepath.Base(path), have, p.tarball)
	}
	for _, pin := range missing {
		if err := pin.install(data, folder, log); err != nil {
			return err
		}
	}
	return write(filepath.Join(folder, p.noticeFile), []byte(p.notice))
}

// missing are the pins whose library is not there with the right digest.
func (p npmPackage) missing(folder string, log io.Writer) (list []npmPin, err error) {
	for _, pin := range p.pins {
		target := filepath.Join(folder, pin.file)
		sum, err := digestFile(target)
		switch {
		case err == nil && sum == pin.so:
			fmt.Fprintf(log, "runtime: %s is there\n", target)
		case err == nil || errors.Is(err, fs.ErrNotExist):
			list = append(list, pin)
		default:
			return nil, err
		}
	}
	return list, nil
}

func (p npmPin) install(tarball []byte, folder string, log io.Writer) error {
	data, err := tarMember(tarball, p.member)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", p.member, err)
	}
	if sum := digest(data); sum != p.so {
		return fmt.Errorf("%s has SHA-256 %s, want %s", p.member, sum, p.so)
	}
	target := filepath.Join(folder, p.file)
	if err := write(target, data); err != nil {
		return err
	}
	fmt.Fprintf(log, "runtime: installed %s\n", target)
	return nil
}

func tarMember(tarball []byte, name string) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return nil, err
	}
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil, fs.ErrNotExist
		}
		if err != nil {
			return nil, err
		}
		if h.Name == name {
			return io.ReadAll(r)
		}
	}
}

// npmPack takes a package through the ordinary client, by its own configuration and cache.
func npmPack(ctx context.Context, p npmPackage, folder string) (string, error) {
	path, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("npm is not installed; install it with: apt-get install npm; or name a library of your own in the configuration, under runtime")
	}
	cmd := exec.CommandContext(ctx, path, "pack", "--silent", p.name+"@"+p.version)
	cmd.Dir = folder
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("run npm: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return filepath.Join(folder, p.name+"-"+p.version+".tgz"), nil
}
