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

const (
	onnxPackage = "onnxruntime-node"
	onnxVersion = "1.30.0"
	onnxTarball = "6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75" // SHA-256
)

// onnxPin is one architecture's library inside the npm package, which holds all of them.
type onnxPin struct {
	arch   string // GOARCH
	folder string // the package's word for it
	so     string // SHA-256 of the library
}

var onnxPins = []onnxPin{
	{"amd64", "x64", "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23"},
	{"arm64", "arm64", "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76"},
}

// member is the library's name inside the package.
func (p onnxPin) member() string {
	return "package/bin/napi-v6/linux/" + p.folder + "/libonnxruntime.so.1"
}

// target is where the library goes below folder.
func (p onnxPin) target(folder string) string {
	return filepath.Join(folder, "linux-"+p.arch, "libonnxruntime.so."+onnxVersion)
}

// packer brings the package into a folder and returns its path.
type packer func(ctx context.Context, folder string) (string, error)

// provideOnnx makes sure that every pin's library is installed below folder. The package must have the digest sum.
func provideOnnx(ctx context.Context, pins []onnxPin, sum, folder string, pack packer, log io.Writer) error {
	missing, err := missingOnnx(pins, folder, log)
	if err != nil || len(missing) == 0 {
		return err
	}
	tmp, err := os.MkdirTemp("", "dunlin-runtime-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(tmp)
	path, err := pack(ctx, tmp)
	if err != nil {
		return fmt.Errorf("fetch %s@%s: %w", onnxPackage, onnxVersion, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read package: %w", err)
	}
	if have := digest(data); have != sum {
		return fmt.Errorf("%s has SHA-256 %s, want %s", filepath.Base(path), have, sum)
	}
	for _, p := range missing {
		if err := installOnnx(data, p, folder, log); err != nil {
			return err
		}
	}
	return write(filepath.Join(folder, "NOTICE.onnx"), []byte(onnxNotice))
}

// missingOnnx are the pins whose library is not there with the right digest.
func missingOnnx(pins []onnxPin, folder string, log io.Writer) (list []onnxPin, err error) {
	for _, p := range pins {
		sum, err := digestFile(p.target(folder))
		switch {
		case err == nil && sum == p.so:
			fmt.Fprintf(log, "runtime: %s is there\n", p.target(folder))
		case err == nil || errors.Is(err, fs.ErrNotExist):
			list = append(list, p)
		default:
			return nil, err
		}
	}
	return list, nil
}

func installOnnx(tarball []byte, p onnxPin, folder string, log io.Writer) error {
	data, err := tarMember(tarball, p.member())
	if err != nil {
		return fmt.Errorf("unpack %s: %w", p.member(), err)
	}
	if sum := digest(data); sum != p.so {
		return fmt.Errorf("%s has SHA-256 %s, want %s", p.member(), sum, p.so)
	}
	if err := write(p.target(folder), data); err != nil {
		return err
	}
	fmt.Fprintf(log, "runtime: installed %s\n", p.target(folder))
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

// npmPack takes the package through the ordinary client, by its own configuration and cache.
func npmPack(ctx context.Context, folder string) (string, error) {
	path, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("npm is not installed; install it with: apt-get install npm; or name a library of your own with runtime.onnx")
	}
	cmd := exec.CommandContext(ctx, path, "pack", "--silent", onnxPackage+"@"+onnxVersion)
	cmd.Dir = folder
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("run npm: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return filepath.Join(folder, onnxPackage+"-"+onnxVersion+".tgz"), nil
}

// onnxNotice carries the licence that has to go with every copy.
const onnxNotice = `The files libonnxruntime.so.* in this folder are ONNX Runtime in the version that their names end with, built by
its makers as part of the npm package onnxruntime-node and unchanged except for their name (libonnxruntime.so.1).

MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`
