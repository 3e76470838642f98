package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// apt is a private state of apt for another architecture: its own lists, cache and empty package database, so that the
// machine's own configuration stays as it is. Proxies and other habits in /etc/apt/apt.conf.d still count.
type apt struct {
	folder, mirror, arch string
	backports            bool // also packages of the next release, built for this one
}

const (
	keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
	suite   = "bookworm"
)

const sources = `Types: deb
URIs: %[1]s/debian
Suites: %[2]s %[2]s-updates%[4]s
Components: main
Signed-By: %[3]s

Types: deb
URIs: %[1]s/debian-security
Suites: %[2]s-security
Components: main
Signed-By: %[3]s
`

// prepare writes the private configuration.
func (a apt) prepare() error {
	for _, c := range []struct{ path, from string }{{"apt-get", "a Debian or Ubuntu machine"}, {"dpkg-deb", "a Debian or Ubuntu machine"}} {
		if _, err := exec.LookPath(c.path); err != nil {
			return fmt.Errorf("%s is missing: this needs %s", c.path, c.from)
		}
	}
	if _, err := os.Stat(keyring); err != nil {
		return errors.New("the keys of the Debian archive are missing: apt-get install debian-archive-keyring")
	}
	for _, d := range []string{"state/lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(a.folder, d), 0o755); err != nil {
			return err
		}
	}
	more := ""
	if a.backports {
		more = " " + suite + "-backports"
	}
	text := fmt.Sprintf(sources, a.mirror, suite, keyring, more)
	return errors.Join(
		os.WriteFile(filepath.Join(a.folder, "debian.sources"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(a.folder, "status"), nil, 0o644))
}

func (a apt) run(ctx context.Context, dir, program string, args ...string) (string, error) {
	root, err := filepath.Abs(a.folder)
	if err != nil {
		return "", err
	}
	own := []string{
		"Dir::State=" + root + "/state", "Dir::State::status=" + root + "/status", "Dir::Cache=" + root + "/cache",
		"Dir::Etc::sourcelist=" + root + "/debian.sources", "Dir::Etc::sourceparts=/dev/null",
		"Dir::Etc::preferences=/dev/null", "Dir::Etc::preferencesparts=/dev/null",
		"APT::Architecture=" + a.arch, "APT::Architectures=" + a.arch, "Acquire::Languages=none", "Acquire::Retries=3", "APT::Sandbox::User=root",
		"Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
	}
	var all []string
	for _, o := range own {
		all = append(all, "-o", o)
	}
	cmd := exec.CommandContext(ctx, program, append(all, args...)...)
	cmd.Dir = dir
	var talk strings.Builder
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, &talk)
	}
	return string(out), nil
}

// update fetches the lists of packages; apt checks them against the archive's signature.
func (a apt) update(ctx context.Context) error {
	_, err := a.run(ctx, "", "apt-get", "-qq", "update")
	return err
}

var dependsOn = regexp.MustCompile(`(?m)^Depends: (\S+) \(= ([^)]+)\)`)

// resolve names the package that a meta package stands for, with its version: from the backports where a has them.
func (a apt) resolve(ctx context.Context, meta string) (name, version string, err error) {
	release := suite
	if a.backports {
		release += "-backports"
	}
	text, err := a.run(ctx, "", "apt-cache", "-o", "APT::Default-Release="+release, "--no-all-versions", "show", meta)
	if err != nil {
		return "", "", err
	}
	m := dependsOn.FindStringSubmatch(text)
	if m == nil {
		return "", "", fmt.Errorf("%s depends on no single package", meta)
	}
	return m[1], m[2], nil
}

// download fetches a package into dir and returns its file: of a version, or the newest of a suite where version is
// empty. apt checks its digest against the signed list.
func (a apt) download(ctx context.Context, dir, name, version, suite string) (string, error) {
	which := name + "=" + version
	if version == "" {
		which = name + "/" + suite
	}
	if _, err := a.run(ctx, dir, "apt-get", "-qq", "download", which); err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(dir, name+"_*.deb"))
	if err != nil {
		return "", fmt.Errorf("apt-get download %s: %w", name, err)
	}
	if len(files) != 1 {
		return "", fmt.Errorf("apt-get download %s: %d files came", name, len(files))
	}
	return files[0], nil
}
