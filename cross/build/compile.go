package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// zigCommand is how to call zig: the pinned package that setup.sh installed, else one on the path.
func zigCommand() (string, error) {
	python, err := filepath.Abs(".tools/zig/bin/python")
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(python); err == nil {
		return python + " -m ziglang", nil
	}
	if path, err := exec.LookPath("zig"); err == nil {
		return path, nil
	}
	return "", errors.New("zig is missing; run `make cross`, which installs it into .tools")
}

// compile builds one program. cache is a Go build cache of its own, or empty for the usual one.
func compile(zig, file string, t target, p program, cache string) error {
	version, err := versionText()
	if err != nil {
		return err
	}
	ldflags := "-s -w -buildid= -X main.version=" + version + " -X main.built=" + builtText()
	if p.cgo {
		ldflags += " -linkmode=external -extldflags=-Wl,--build-id=none"
	}
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", file, "./cmd/"+p.name)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+t.arch, "GOARM=7", "CGO_ENABLED=0")
	if p.cgo {
		env, err := cgoEnv(zig, t)
		if err != nil {
			return err
		}
		cmd.Env = append(cmd.Env, env...)
	}
	if cache != "" {
		cmd.Env = append(cmd.Env, "GOCACHE="+cache)
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, text)
	}
	return nil
}

// builtText is the date of the last commit: the same for everybody who builds it, and a date that has certainly passed
// for the device. It is empty where there is no repository.
func builtText() string {
	text, err := exec.Command("git", "log", "-1", "--format=%cI").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// versionText is $DUNLIN_VERSION, as packages of another version are built, else what the file VERSION says.
func versionText() (string, error) {
	if v := os.Getenv("DUNLIN_VERSION"); v != "" {
		return v, nil
	}
	text, err := os.ReadFile("VERSION")
	return strings.TrimSpace(string(text)), err
}

func cgoEnv(zig string, t target) ([]string, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	headers, err := digest(filepath.Join(root, "models", "tflite", "include"))
	if err != nil {
		return nil, err
	}
	cc := zig + " cc -target " + t.zig + "." + glibc
	if t.cpu != "" {
		cc += " -mcpu=" + t.cpu
	}
	models := filepath.Join(root, "models", "tflite")
	return []string{ // the digest, because the Go tool does not see that a header in a folder of flags has changed
		"CGO_ENABLED=1",
		"CC=" + cc,
		"CGO_CFLAGS=-O2 -g0 -I" + filepath.Join(models, "include") + " -DDUNLIN_HEADERS=0x" + headers,
		"CGO_LDFLAGS=-L" + filepath.Join(models, "link"),
	}, nil
}

// digest is of all files below a folder.
func digest(dir string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		sum.Write(text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:6]), err
}

// same builds the program once more from an empty cache and compares: what cannot be rebuilt cannot be trusted.
func same(zig, file string, t target, p program, twice bool) error {
	if !twice {
		return nil
	}
	dir, err := os.MkdirTemp("", "dunlin-again-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	again := filepath.Join(dir, p.name)
	if err := compile(zig, again, t, p, filepath.Join(dir, "cache")); err != nil {
		return err
	}
	a, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(again)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return errors.New("two builds differ")
	}
	fmt.Printf("%-34s two builds are identical\n", file)
	return nil
}
