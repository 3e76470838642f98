package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeJar is a package with one library, and the pin that fits it.
func fakeJar(t *testing.T, so string) ([]byte, pin) {
	t.Helper()
	p := pin{arch: "amd64", release: "9.9.9-1", classifier: "linux-x86_64"}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(p.member())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(so)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p.jar, p.so = digest(b.Bytes()), digest([]byte(so))
	return b.Bytes(), p
}

func save(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.jar")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUseJar(t *testing.T) {
	jar, good := fakeJar(t, "library")
	wrongLibrary, missing := good, good
	wrongLibrary.so = digest([]byte("another"))
	missing.classifier = "linux-other"
	for name, c := range map[string]struct {
		pin  pin
		data []byte
		says string // empty: it is installed
	}{
		"right":                       {good, jar, ""},
		"one byte changed":            {good, append(bytes.Clone(jar), 0), "none of the pinned packages"},
		"no zip":                      {pin{jar: digest([]byte("x"))}, []byte("x"), "unzip"},
		"library with another digest": {wrongLibrary, jar, "want " + wrongLibrary.so},
		"library not in the package":  {missing, jar, "unzip"},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			err := useJar(save(t, c.data), []pin{c.pin}, out, io.Discard)
			got, readErr := os.ReadFile(c.pin.target(out))
			if c.says == "" {
				if err != nil || readErr != nil || string(got) != "library" {
					t.Fatalf("err %v, library %q (%v)", err, got, readErr)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v does not say %q", err, c.says)
			}
			if readErr == nil {
				t.Error("something was installed")
			}
		})
	}
}

// A library with the right digest is not fetched again; one with a wrong digest is replaced.
func TestProvideIsIdempotent(t *testing.T) {
	jar, p := fakeJar(t, "library")
	out, fetches := t.TempDir(), 0
	fetch := func(context.Context, pin, string) (string, error) { fetches++; return save(t, jar), nil }
	for range 2 {
		if err := provide(t.Context(), p, out, fetch, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	if fetches != 1 {
		t.Errorf("fetched %d times, want 1", fetches)
	}
	if err := os.WriteFile(p.target(out), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := provide(t.Context(), p, out, fetch, io.Discard); err != nil || fetches != 2 {
		t.Errorf("err %v, fetched %d times, want 2", err, fetches)
	}
	if sum, err := digestFile(p.target(out)); err != nil || sum != p.so {
		t.Errorf("library is %s, %v", sum, err)
	}
}

func TestProvideNamesWhatFailed(t *testing.T) {
	broken := errors.New("no network")
	fetch := func(context.Context, pin, string) (string, error) { return "", broken }
	err := provide(t.Context(), pins[0], t.TempDir(), fetch, io.Discard)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), pins[0].jarName()) {
		t.Errorf("got %v", err)
	}
}

func TestMvnMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := mvn(t.Context(), pins[0], t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "apt-get install maven") {
		t.Errorf("got %v, want the command that installs it", err)
	}
}

// A client that fails is reported in its own words.
func TestMvnFails(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho '[INFO] x'\necho '[ERROR] no such artifact'\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "mvn"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	_, err := mvn(t.Context(), pins[0], t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "no such artifact") {
		t.Errorf("got %v", err)
	}
}
