package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// build makes one package.
type build struct {
	out, shared      string
	target           target
	version, release string
	epoch            time.Time
}

func (b *build) stage() string { return filepath.Join(b.out, "stage-"+b.target.debian) }

func (b *build) run() error {
	cross := exec.Command("go", "run", "./cross/build", "-arch", b.target.goarch, "-program", "dunlin", "-out", filepath.Join(b.out, "bin"))
	cross.Env = append(os.Environ(), "DUNLIN_VERSION="+b.version)
	if text, err := cross.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	if err := os.RemoveAll(b.stage()); err != nil {
		return err
	}
	if err := errors.Join(b.programs(), b.service(), b.manual(), b.words()); err != nil {
		return err
	}
	if err := b.date(); err != nil {
		return err
	}
	return b.nfpm()
}

// put writes one file below the stage.
func (b *build) put(name string, text []byte, mode os.FileMode) error {
	file := filepath.Join(b.stage(), name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, text, mode); err != nil {
		return err
	}
	return os.Chmod(file, mode)
}

// copy puts a file of the repository, compressed when the name ends in .gz and the source's does not.
func (b *build) copy(source, name string, mode os.FileMode) error {
	text, err := os.ReadFile(source)
	if err == nil && strings.HasSuffix(name, ".gz") && !strings.HasSuffix(source, ".gz") {
		text, err = squeeze(text)
	}
	if err != nil {
		return err
	}
	return b.put(name, text, mode)
}

func (b *build) programs() error {
	err := b.copy(filepath.Join(b.out, "bin", "linux-"+b.target.goarch, "dunlin"), "usr/lib/dunlin/dunlin", 0o755)
	if err != nil {
		return err
	}
	return b.copy(filepath.Join("build/runtime", "linux-"+b.target.goarch, b.target.library), "usr/lib/dunlin/"+b.target.library, 0o644)
}

func (b *build) service() error {
	const deb = "cross/deb/"
	return errors.Join(
		b.copy(deb+"dunlin.service", "lib/systemd/system/dunlin.service", 0o644),
		b.copy(deb+"sysusers.conf", "usr/lib/sysusers.d/dunlin.conf", 0o644),
		b.copy(deb+"tmpfiles.conf", "usr/lib/tmpfiles.d/dunlin.conf", 0o644),
		b.copy(deb+"modules-load.conf", "usr/lib/modules-load.d/dunlin.conf", 0o644),
		b.copy(deb+"udev.rules", "lib/udev/rules.d/60-dunlin.rules", 0o644),
		b.copy(deb+"lintian-overrides", "usr/share/lintian/overrides/dunlin", 0o644),
	)
}

// manual is what a person reads and what a shell completes.
func (b *build) manual() error {
	pages, err := filepath.Glob(filepath.Join(b.shared, "man", "*.1"))
	if err != nil || len(pages) == 0 {
		return fmt.Errorf("manual pages: %d found: %w", len(pages), err)
	}
	for _, page := range pages {
		if err := b.copy(page, "usr/share/man/man1/"+filepath.Base(page)+".gz", 0o644); err != nil {
			return err
		}
	}
	return errors.Join(
		b.copy(filepath.Join(b.shared, "dunlin.bash"), "usr/share/bash-completion/completions/dunlin", 0o644),
		b.copy(filepath.Join(b.shared, "_dunlin"), "usr/share/zsh/vendor-completions/_dunlin", 0o644),
		b.copy(filepath.Join(b.shared, "dunlin.fish"), "usr/share/fish/vendor_completions.d/dunlin.fish", 0o644),
		b.copy(filepath.Join(b.shared, "config.schema.json"), "usr/share/dunlin/config.schema.json", 0o644),
		b.copy(filepath.Join(b.shared, "sample.yaml"), "usr/share/doc/dunlin/examples/config.yaml", 0o644),
	)
}

func (b *build) words() error {
	log, err := squeeze(changelog(b.version+"-"+b.release, b.epoch))
	if err != nil {
		return err
	}
	return errors.Join(
		b.copy("cross/deb/copyright", "usr/share/doc/dunlin/copyright", 0o644),
		b.put("usr/share/doc/dunlin/changelog.Debian.gz", log, 0o644),
		b.copy("CHANGELOG.md", "usr/share/doc/dunlin/changelog.gz", 0o644),
	)
}

// date gives every staged file the same time.
func (b *build) date() error {
	return filepath.WalkDir(b.stage(), func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, b.epoch, b.epoch)
	})
}

func (b *build) nfpm() error {
	text, err := os.ReadFile("cross/deb/nfpm.yaml")
	if err != nil {
		return err
	}
	words := map[string]string{"ARCH": b.target.debian, "VERSION": b.version, "RELEASE": b.release, "STAGE": b.stage()}
	config := filepath.Join(b.out, "nfpm-"+b.target.debian+".yaml")
	if err := os.WriteFile(config, []byte(os.Expand(string(text), func(k string) string { return words[k] })), 0o644); err != nil {
		return err
	}
	file := filepath.Join(b.out, fmt.Sprintf("dunlin_%s-%s_%s.deb", b.version, b.release, b.target.debian))
	cmd := exec.Command(".tools/bin/nfpm", "package", "--config", config, "--packager", "deb", "--target", file)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(b.epoch.Unix(), 10))
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("nfpm: %w\n%s", err, text)
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Printf("%-50s %6.2f MB\n", file, float64(info.Size())/1e6)
	return nil
}
