package systemd_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent"
)

// install is what docs/install.md says. The service is up when it is over: Type=notify has systemd wait for READY=1.
func (g *guest) install(t *testing.T) {
	g.do(t, "apt-get", "install", "--yes", "/mnt/old.deb")
	for name, want := range map[string]string{
		"ActiveState": "active", "SubState": "running", "Type": "notify", "UnitFileState": "enabled", "NRestarts": "0", "User": "dunlin",
	} {
		if got := g.property(t, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	g.do(t, "test", "-d", "/sys/module/i2c_dev")
	old, _ := versions(t)
	s := g.status(t)
	if s.Agent != old || s.Uplink != nil || len(s.Sources) != 0 {
		t.Errorf("the agent says %+v", s)
	}
	for path, want := range map[string]string{
		"/etc/dunlin/config.yaml":             "root root 644",
		"/var/lib/dunlin":                     "dunlin dunlin 750",
		"/var/lib/dunlin/models":              "dunlin dunlin 755",
		"/var/lib/dunlin/spool":               "dunlin dunlin 700",
		"/run/dunlin":                         "dunlin dunlin 755",
		"/run/dunlin/control.sock":            "dunlin dunlin 666",
		"/usr/lib/dunlin/dunlin":              "root root 755",
		"/lib/systemd/system/dunlin.service":  "root root 644",
		"/lib/udev/rules.d/60-dunlin.rules":   "root root 644",
		"/usr/lib/dunlin/libtflite.so.2.21.0": "root root 644",
	} {
		g.belongs(t, path, want)
	}
	if r := g.try(t, "dpkg", "--verify", "dunlin"); r.Code != 0 || len(r.Out) > 0 {
		t.Errorf("dpkg --verify: %s%s", r.Out, r.Err)
	}
}

// belongs checks owner, group and mode of a file.
func (g *guest) belongs(t *testing.T, path, want string) {
	t.Helper()
	if got := strings.TrimSpace(g.do(t, "stat", "--format=%U %G %a", path)); got != want {
		said := g.try(t, "journalctl", "--boot", "--unit=systemd-udevd", "--no-pager", "--lines=40")
		t.Errorf("%s belongs to %s, want %s; udevd said:\n%s", path, got, want, said.Out)
	}
}

// healthy has a user ask the doctor, who finds nothing to mend.
func (g *guest) healthy(t *testing.T, user string) {
	t.Helper()
	if r := g.try(t, "runuser", "-u", user, "--", "dunlin", "doctor"); r.Code != 0 {
		t.Errorf("doctor for %s: exit %d\n%s%s", user, r.Code, r.Out, r.Err)
	}
}

var exposure = regexp.MustCompile(`Overall exposure level for dunlin\.service: ([0-9.]+)`)

// unit looks at the running process as the kernel does, and at the unit as systemd does.
func (g *guest) unit(t *testing.T) {
	lines := map[string]string{}
	pid := g.property(t, "MainPID")
	for line := range strings.Lines(g.do(t, "cat", "/proc/"+pid+"/status")) {
		name, value, _ := strings.Cut(line, ":")
		lines[name] = strings.TrimSpace(value)
	}
	uid := strings.TrimSpace(g.do(t, "id", "-u", "dunlin"))
	if got := strings.Fields(lines["Uid"]); uid == "0" || strings.Join(got, " ") != strings.Join([]string{uid, uid, uid, uid}, " ") {
		t.Errorf("the process runs as %v, dunlin is %s", got, uid)
	}
	for _, name := range []string{"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"} {
		if lines[name] != "0000000000000000" {
			t.Errorf("%s is %q", name, lines[name])
		}
	}
	if lines["NoNewPrivs"] != "1" || lines["Seccomp"] != "2" {
		t.Errorf("NoNewPrivs %q, Seccomp %q", lines["NoNewPrivs"], lines["Seccomp"])
	}
	groups := strings.Fields(g.do(t, "id", "-nG", "dunlin"))
	for _, want := range []string{"dunlin", "i2c", "spi", "gpio", "iio", "audio", "video", "dialout"} {
		if !strings.Contains(" "+strings.Join(groups, " ")+" ", " "+want+" ") {
			t.Errorf("dunlin is not in group %s: %v", want, groups)
		}
	}
	out := g.do(t, "systemd-analyze", "security", "--no-pager", "dunlin.service")
	m := exposure.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no verdict:\n%s", out)
	}
	if level, err := strconv.ParseFloat(m[1], 64); err != nil || level > 2.0 {
		t.Errorf("exposure %s, want 2.0 at most\n%s", m[1], out)
	}
	t.Logf("systemd-analyze security: %s", m[1])
}

// operator is a person in the group dunlin, and one who is not.
func (g *guest) operator(t *testing.T) {
	g.do(t, "useradd", "--create-home", "--groups", "dunlin", "member")
	g.do(t, "useradd", "--create-home", "visitor")
	var s agent.Status
	for _, user := range []string{"root", "member", "visitor"} {
		g.healthy(t, user)
		if err := json.Unmarshal([]byte(g.do(t, "runuser", "-u", user, "--", "dunlin", "status", "-o", "json")), &s); err != nil {
			t.Errorf("status for %s: %v", user, err)
		}
	}
	g.do(t, "runuser", "-u", "member", "--", "dunlin", "set", "log-level", "info")
	if r := g.try(t, "runuser", "-u", "visitor", "--", "dunlin", "set", "log-level", "debug"); r.Code == 0 {
		t.Error("somebody outside the group has changed the daemon")
	}
}
