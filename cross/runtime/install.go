package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// fetcher brings a pin's package into a folder and returns its path.
type fetcher func(ctx context.Context, p pin, folder string) (string, error)

// provide makes sure that the pin's library is installed below folder.
func provide(ctx context.Context, p pin, folder string, fetch fetcher, log io.Writer) error {
	target := p.target(folder)
	switch sum, err := digestFile(target); {
	case err == nil && sum == p.so:
		fmt.Fprintf(log, "runtime: %s is there\n", target)
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	tmp, err := os.MkdirTemp("", "dunlin-runtime-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(tmp)
	jar, err := fetch(ctx, p, tmp)
	if err != nil {
		return fmt.Errorf("fetch %s: %w", p.jarName(), err)
	}
	data, err := os.ReadFile(jar)
	if err != nil {
		return fmt.Errorf("read package: %w", err)
	}
	return install(data, p, folder, log)
}

// useJar installs from a package file, whose digest tells which architecture it is for.
func useJar(jar string, pins []pin, folder string, log io.Writer) error {
	data, err := os.ReadFile(jar)
	if err != nil {
		return fmt.Errorf("read JAR: %w", err)
	}
	sum := digest(data)
	for _, p := range pins {
		if p.jar == sum {
			return install(data, p, folder, log)
		}
	}
	return fmt.Errorf("JAR %s has SHA-256 %s, which is none of the pinned packages %s:%s:%s and %s", jar, sum, group, artifact, current, armv7)
}

// install checks the package's digest, takes the library out, checks its digest and writes it.
func install(jar []byte, p pin, folder string, log io.Writer) error {
	if sum := digest(jar); sum != p.jar {
		return fmt.Errorf("%s has SHA-256 %s, want %s", p.jarName(), sum, p.jar)
	}
	data, err := member(jar, p.member())
	if err != nil {
		return fmt.Errorf("unzip %s: %w", p.jarName(), err)
	}
	if sum := digest(data); sum != p.so {
		return fmt.Errorf("%s in %s has SHA-256 %s, want %s", p.member(), p.jarName(), sum, p.so)
	}
	if err := write(p.target(folder), data); err != nil {
		return err
	}
	fmt.Fprintf(log, "runtime: installed %s\n", p.target(folder))
	return nil
}

func member(jar []byte, name string) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(jar), int64(len(jar)))
	if err != nil {
		return nil, err
	}
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// write puts data at path through a temporary file, so that a broken run leaves no half library.
func write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return fmt.Errorf("write library: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("place library: %w", err)
	}
	return nil
}

func writeNotice(folder string) error { return write(filepath.Join(folder, "NOTICE"), []byte(notice)) }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func digestFile(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read library: %w", err)
	}
	return digest(b), nil
}
