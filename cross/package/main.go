// Command package makes the Debian packages of the agent, with the TFLite library inside: the current one for 64-bit
// Intel and Arm, and for 32-bit Arm the newest that is published for it, which has no XNNPACK.
//
// The same sources, version and SOURCE_DATE_EPOCH give the same bytes. It works in the repository's root folder and
// needs what `make package` installs: zig, nfpm and the TFLite libraries.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// target is one package.
type target struct {
	goarch, debian string
	library        string
}

var targets = []target{
	{"amd64", "amd64", "libtflite.so.2.21.0"},
	{"arm64", "arm64", "libtflite.so.2.21.0"},
	{"arm", "armhf", "libtflite.so.2.12.0"},
}

func main() {
	out := flag.String("out", "build/package", "folder for the packages")
	arch := flag.String("arch", "", "make only the package for this architecture: amd64, arm64 or arm")
	release := flag.String("release", "1", "revision of the package")
	version := flag.String("version", "", "version instead of the one in the file VERSION")
	flag.Parse()
	if err := run(*out, *arch, *release, *version); err != nil {
		fmt.Fprintln(os.Stderr, "package:", err)
		os.Exit(1)
	}
}

func run(out, arch, release, version string) error {
	if version == "" {
		text, err := os.ReadFile("VERSION")
		if err != nil {
			return err
		}
		version = strings.TrimSpace(string(text))
	}
	epoch, err := sourceDate()
	if err != nil {
		return err
	}
	shared := filepath.Join(out, "shared")
	if err := documents(shared); err != nil {
		return err
	}
	made := 0
	for _, t := range targets {
		if arch != "" && t.goarch != arch {
			continue
		}
		made++
		b := build{out: out, shared: shared, target: t, version: version, release: release, epoch: epoch}
		if err := b.run(); err != nil {
			return fmt.Errorf("%s: %w", t.debian, err)
		}
	}
	if made == 0 {
		return fmt.Errorf("nothing matches -arch %q", arch)
	}
	return nil
}

// documents lets the program itself write its manual pages, completions, schema and sample.
func documents(dir string) error {
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return err
	}
	program, err := filepath.Abs(filepath.Join(dir, "dunlin"))
	if err != nil {
		return err
	}
	if text, err := exec.Command("go", "build", "-trimpath", "-o", program, "./cmd/dunlin").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	if err := exec.Command(program, "man", filepath.Join(dir, "man")).Run(); err != nil {
		return fmt.Errorf("write manual pages: %w", err)
	}
	for name, args := range map[string][]string{
		"dunlin.bash": {"completion", "bash"}, "_dunlin": {"completion", "zsh"}, "dunlin.fish": {"completion", "fish"},
		"config.schema.json": {"config", "schema"},
	} {
		text, err := exec.Command(program, args...).Output()
		if err != nil {
			return fmt.Errorf("dunlin %s: %w", strings.Join(args, " "), err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return exec.Command(program, "config", "init", filepath.Join(dir, "sample.yaml")).Run()
}
