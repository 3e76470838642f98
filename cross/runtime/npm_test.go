package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeTarball is an npm package with the library of each pin.
func fakeTarball(t *testing.T, libraries map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range libraries {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNpmPackage(t *testing.T) {
	right := npmPin{member: "package/x64/lib.so", file: "linux-amd64/lib.so.1", so: digest([]byte("library"))}
	changed, absent := right, right
	changed.so, absent.member = digest([]byte("another")), "package/mips/lib.so"
	tarball := fakeTarball(t, map[string]string{right.member: "library"})
	for name, c := range map[string]struct {
		pin  npmPin
		sum  string
		says string // empty: it is installed
	}{
		"right":                       {right, digest(tarball), ""},
		"package with another digest": {right, digest(nil), "want " + digest(nil)},
		"library with another digest": {changed, digest(tarball), "want " + changed.so},
		"library not in the package":  {absent, digest(tarball), "unpack"},
	} {
		t.Run(name, func(t *testing.T) {
			out, packs := t.TempDir(), 0
			pack := func(context.Context, npmPackage, string) (string, error) { packs++; return save(t, tarball), nil }
			p := npmPackage{name: "lib", version: "1.0.0", tarball: c.sum, pins: []npmPin{c.pin}, notice: "theirs", noticeFile: "NOTICE.lib"}
			var err error
			for range 2 {
				err = errors.Join(err, p.provide(t.Context(), out, pack, io.Discard))
			}
			got, readErr := os.ReadFile(filepath.Join(out, c.pin.file))
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) || readErr == nil {
					t.Errorf("%v does not say %q (installed: %v)", err, c.says, readErr == nil)
				}
				return
			}
			if err != nil || string(got) != "library" || packs != 1 {
				t.Errorf("err %v, library %q, fetched %d times, want once", err, got, packs)
			}
			if _, err := os.Stat(filepath.Join(out, "NOTICE.lib")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNpm(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, err := npmPack(t.Context(), onnx, dir); err == nil || !strings.Contains(err.Error(), "apt-get install npm") {
		t.Errorf("got %v, want the command that installs it", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte("#!/bin/sh\necho no such package >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := npmPack(t.Context(), onnx, dir); err == nil || !strings.Contains(err.Error(), "no such package") {
		t.Errorf("got %v", err)
	}
}
