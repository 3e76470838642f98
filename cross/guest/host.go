package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const pins = "cross/guest/packages.txt"

// pin is a package for this machine.
type pin struct{ name, suite, arch, version, digest string }

// provideHost unpacks the pinned packages below folder/host, when they are not there yet. With repin it takes what the
// archive has now and writes the pins anew.
func provideHost(ctx context.Context, a apt, folder string, repin bool) error {
	text, err := os.ReadFile(pins)
	if err != nil {
		return err
	}
	root := filepath.Join(folder, "host")
	record := filepath.Join(root, "packages.txt") // written last
	if have, err := os.ReadFile(record); err == nil && bytes.Equal(have, text) && !repin {
		return nil
	}
	if err := a.prepare(); err != nil {
		return err
	}
	if err := a.update(ctx); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(folder, "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	var now []pin
	for _, p := range parsePins(text) {
		if p, err = a.unpack(ctx, p, tmp, repin); err != nil {
			return err
		}
		now = append(now, p)
	}
	if repin {
		if text = rewritePins(text, now); os.WriteFile(pins, text, 0o644) != nil {
			return fmt.Errorf("write %s", pins)
		}
	}
	if err := os.WriteFile(filepath.Join(tmp, "packages.txt"), text, 0o644); err != nil {
		return err
	}
	if err := os.RemoveAll(root); err != nil {
		return err
	}
	return os.Rename(tmp, root)
}

// unpack fetches a package, checks its digest and lays its files below root; nothing of it is installed or run.
func (a apt) unpack(ctx context.Context, p pin, root string, repin bool) (pin, error) {
	want := p.version
	switch {
	case repin:
		want = ""
	case p.arch != a.arch:
		return p, fmt.Errorf("%s has the digest of %s for %s: go run ./cross/guest -pin takes the one for %s", pins, p.name, p.arch, a.arch)
	}
	file, err := a.download(ctx, root, p.name, want, p.suite)
	if err != nil {
		return p, fmt.Errorf("%w\nthe archive may have a newer version by now: go run ./cross/guest -pin takes it", err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return p, err
	}
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	if repin {
		version, err := exec.CommandContext(ctx, "dpkg-deb", "-f", file, "Version").Output()
		if err != nil {
			return p, fmt.Errorf("dpkg-deb %s: %w", file, err)
		}
		p.arch, p.version, p.digest = a.arch, strings.TrimSpace(string(version)), digest
	}
	if digest != p.digest {
		return p, fmt.Errorf("%s %s has the digest %s, want %s", p.name, p.version, digest, p.digest)
	}
	if text, err := exec.CommandContext(ctx, "dpkg-deb", "-x", file, root).CombinedOutput(); err != nil {
		return p, fmt.Errorf("dpkg-deb -x %s: %w\n%s", file, err, text)
	}
	return p, os.Remove(file)
}

func parsePins(text []byte) (all []pin) {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 5 && f[0] != "#" {
			all = append(all, pin{f[0], f[1], f[2], f[3], f[4]})
		}
	}
	return all
}

// rewritePins keeps the comments.
func rewritePins(text []byte, now []pin) []byte {
	var out bytes.Buffer
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		for _, p := range now {
			if strings.HasPrefix(line, p.name+" ") {
				line = strings.Join([]string{p.name, p.suite, p.arch, p.version, p.digest}, " ")
			}
		}
		fmt.Fprintln(&out, line)
	}
	return out.Bytes()
}
