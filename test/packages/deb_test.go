package packages_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// command runs a tool that must be there and succeed.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: run bash cross/setup.sh test", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = fixture.Root()
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000", "LC_ALL=C.UTF-8", "MANWIDTH=200")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// packages builds all of them into a new folder.
func packages(t *testing.T, args ...string) string {
	t.Helper()
	out := t.TempDir()
	command(t, "go", append([]string{"run", "./cross/package", "-out", out}, args...)...)
	return out
}

func deb(dir, arch string) string {
	return filepath.Join(dir, "dunlin_"+fileVersion()+"-1_"+arch+".deb")
}

func fileVersion() string {
	text, err := os.ReadFile(filepath.Join(fixture.Root(), "VERSION"))
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

func TestPackages(t *testing.T) {
	dir := packages(t)
	for _, arch := range []string{"amd64", "arm64", "armhf"} {
		t.Run(arch, func(t *testing.T) {
			file := deb(dir, arch)
			if out := command(t, "lintian", "--allow-root", "--fail-on", "error,warning", file); strings.TrimSpace(out) != "" {
				t.Errorf("lintian:\n%s", out)
			}
			contents(t, file, arch)
			info, err := os.Stat(file)
			if err != nil || info.Size() > 12e6 {
				t.Errorf("%v bytes (%v), want 12 MB at most", info.Size(), err)
			}
		})
	}
	again := packages(t, "-arch", "amd64")
	a, errA := os.ReadFile(deb(dir, "amd64"))
	b, errB := os.ReadFile(deb(again, "amd64"))
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("two builds differ (%v, %v)", errA, errB)
	}
}

var libraries = map[string]string{"amd64": "libtflite.so.2.21.0", "arm64": "libtflite.so.2.21.0", "armhf": "libtflite.so.2.12.0"}

func contents(t *testing.T, file, arch string) {
	t.Helper()
	list := command(t, "dpkg-deb", "--contents", file)
	for _, want := range []string{
		"./usr/lib/dunlin/dunlin\n", "./usr/lib/dunlin/" + libraries[arch] + "\n", "./usr/bin/dunlin -> ../lib/dunlin/dunlin\n", "./etc/dunlin/config.yaml\n",
		"./lib/systemd/system/dunlin.service\n", "./usr/lib/sysusers.d/dunlin.conf\n", "./usr/lib/tmpfiles.d/dunlin.conf\n",
		"./lib/udev/rules.d/60-dunlin.rules\n", "./usr/share/man/man1/dunlin.1.gz\n", "./usr/share/man/man1/dunlin-run.1.gz\n",
		"./usr/share/bash-completion/completions/dunlin\n", "./usr/share/zsh/vendor-completions/_dunlin\n",
		"./usr/share/fish/vendor_completions.d/dunlin.fish\n", "./usr/share/doc/dunlin/copyright\n",
	} {
		if !strings.Contains(list, want) {
			t.Errorf("%s lacks %s", filepath.Base(file), strings.TrimSpace(want))
		}
	}
	if conffiles := command(t, "dpkg-deb", "--info", file, "conffiles"); strings.TrimSpace(conffiles) != "/etc/dunlin/config.yaml" {
		t.Errorf("conffiles: %q", conffiles)
	}
}

// unpack lays the amd64 package out as on a device.
func unpack(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	command(t, "dpkg-deb", "--extract", deb(packages(t, "-arch", "amd64"), "amd64"), root)
	return root
}

// verify lets systemd read the unit where this machine has the program that it names.
func verify(t *testing.T, root, unit string) {
	t.Helper()
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	here := filepath.Join(t.TempDir(), "dunlin.service")
	text = bytes.ReplaceAll(text, []byte("=/usr/lib/dunlin/"), []byte("="+root+"/usr/lib/dunlin/"))
	if err := os.WriteFile(here, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if out := command(t, "systemd-analyze", "verify", "--man=no", here); strings.TrimSpace(out) != "" {
		t.Errorf("systemd-analyze verify:\n%s", out)
	}
}

var exposure = regexp.MustCompile(`Overall exposure level for dunlin\.service: ([0-9.]+)`)

func TestInstalledFiles(t *testing.T) {
	root := unpack(t)
	unit := filepath.Join(root, "lib/systemd/system/dunlin.service")
	t.Run("the unit is hardened", func(t *testing.T) {
		out := command(t, "systemd-analyze", "security", "--offline=true", "--no-pager", unit)
		m := exposure.FindStringSubmatch(out)
		if m == nil {
			t.Fatalf("no verdict:\n%s", out)
		}
		if level, err := strconv.ParseFloat(m[1], 64); err != nil || level > 2.0 {
			t.Errorf("exposure %s, want 2.0 at most\n%s", m[1], out)
		}
	})
	t.Run("the unit is valid", func(t *testing.T) {
		command(t, "systemd-sysusers", "--root="+root)
		verify(t, root, unit)
		passwd, err := os.ReadFile(filepath.Join(root, "etc/passwd"))
		if err != nil || !strings.Contains(string(passwd), "dunlin:") {
			t.Errorf("no user dunlin: %v\n%s", err, passwd)
		}
	})
	t.Run("the configuration is valid", func(t *testing.T) {
		command(t, filepath.Join(root, "usr/bin/dunlin"), "config", "check", filepath.Join(root, "etc/dunlin/config.yaml"))
		command(t, filepath.Join(root, "usr/bin/dunlin"), "config", "check", filepath.Join(root, "usr/share/doc/dunlin/examples/config.yaml"))
	})
	t.Run("the library is found", func(t *testing.T) {
		out := command(t, filepath.Join(root, "usr/bin/dunlin"), "predict", "motions", "--models", "examples/models", "--input", "testdata/recordings")
		if !strings.Contains(out, "running") {
			t.Errorf("no decision:\n%s", out)
		}
	})
	t.Run("manual pages are readable", func(t *testing.T) {
		out := command(t, "man", "--warnings", "-l", filepath.Join(root, "usr/share/man/man1/dunlin.1.gz"))
		for _, want := range []string{"NAME", "COMMANDS", "FILES", "EXIT STATUS", "SEE ALSO", "dunlin-doctor(1)"} {
			if !strings.Contains(out, want) {
				t.Errorf("dunlin(1) lacks %s", want)
			}
		}
	})
	t.Run("completion completes", func(t *testing.T) {
		script := "source " + filepath.Join(root, "usr/share/bash-completion/completions/dunlin") + " && complete -p dunlin"
		if out := command(t, "bash", "-c", script); !strings.Contains(out, "__start_dunlin") {
			t.Errorf("completion: %s", out)
		}
	})
}
