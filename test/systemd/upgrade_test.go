package systemd_test

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	_ "modernc.org/sqlite" // reads the hub's database with no help from the hub

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// upgrade keeps configuration and state, and restarts once, into the new program.
func (g *guest) upgrade(t *testing.T, a *account) {
	before, pid, cursor := g.grown(t, 50), g.property(t, "MainPID"), g.now(t)
	config := g.do(t, "cat", "/etc/dunlin/config.yaml")
	g.do(t, "apt-get", "install", "--yes", "/mnt/next.deb")
	_, next := versions(t)
	if s := g.status(t); s.Agent != next {
		t.Errorf("version %s runs, want %s", s.Agent, next)
	}
	if got := g.property(t, "MainPID"); got == pid {
		t.Error("the old process still runs")
	}
	if got := g.property(t, "NRestarts"); got != "0" {
		t.Errorf("systemd had to restart it %s times", got)
	}
	r := g.try(t, "sh", "-c", "journalctl --unit=dunlin.service --output=cat --after-cursor='"+cursor+"' | grep -c '^Started dunlin'")
	if n := strings.TrimSpace(string(r.Out)); n != "1" {
		t.Errorf("it was started %s times", n)
	}
	if got := g.do(t, "cat", "/etc/dunlin/config.yaml"); got != config {
		t.Errorf("the configuration changed:\n%s", got)
	}
	g.kept(t, a, before, 0)
}

// deliver lets the agent send everything to a hub outside the guest, which then has each record that was ever seen on
// the guest's disk, as it was, and can prove that nothing is missing.
func (g *guest) deliver(t *testing.T, a *account) {
	h := startHub(t)
	g.write(t, "/etc/dunlin/config.yaml", strings.Replace(pipelineConfig, "{report: all}}", "{report: all}, on: false}", 1)+
		"hub: {url: \"mqtt://10.0.2.2:"+h.port+"\", tenant: dev}\n")
	g.do(t, "systemctl", "restart", "dunlin.service")
	g.until(t, "everything that was seen on disk is acknowledged", func(s agent.Status) bool {
		for _, st := range s.Streams {
			if seen := a.heads[wire.Stream(st.Name)]; seen > 0 && st.Low <= seen {
				return false
			}
		}
		return true
	})
	g.do(t, "systemctl", "stop", "dunlin.service")
	h.stop(t)
	missing, different, have := 0, 0, h.records(t)
	for at, data := range a.records {
		if got, ok := have[at]; !ok {
			missing++
		} else if got != data {
			different++
		}
	}
	if missing > 0 || different > 0 || len(a.records) == 0 {
		t.Errorf("of %d records %d are not in the hub, %d differ", len(a.records), missing, different)
	}
	if out, err := exec.Command(fixture.Program(t, "dunlin-hub"), "verify", "--db", h.db).CombinedOutput(); err != nil {
		t.Errorf("dunlin-hub verify: %v\n%s", err, out)
	}
	t.Logf("%d records were seen on disk, the hub has %d", len(a.records), len(have))
	g.do(t, "systemctl", "start", "dunlin.service")
}

// remove keeps configuration and state.
func (g *guest) remove(t *testing.T) {
	g.do(t, "apt-get", "remove", "--yes", "dunlin")
	if r := g.try(t, "systemctl", "is-active", "dunlin.service"); r.Code == 0 {
		t.Error("the service still runs")
	}
	if r := g.try(t, "pgrep", "-u", "dunlin"); r.Code == 0 {
		t.Errorf("processes of dunlin are left: %s", r.Out)
	}
	for _, path := range []string{"/etc/dunlin/config.yaml", "/var/lib/dunlin/spool/spool.db", rule} {
		g.do(t, "test", "-e", path)
	}
	g.absent(t, "/usr/bin/dunlin", "/usr/lib/dunlin", "/lib/systemd/system/dunlin.service", "/run/dunlin")
}

// purge leaves the user, so that nobody else's files become his and his nobody else's, and nothing beside it.
func (g *guest) purge(t *testing.T) {
	g.do(t, "apt-get", "purge", "--yes", "dunlin")
	g.absent(t, "/etc/dunlin", "/var/lib/dunlin", rule)
	own := "-path /proc -o -path '*/initramfs-tools' -o -path '*/journald.conf.d'" // the machine's own files, which bear the name too
	if out := g.do(t, "sh", "-c", "find / -xdev \\( "+own+" \\) -prune -o -name '*dunlin*' -print"); strings.TrimSpace(out) != "" {
		t.Errorf("purge left\n%s", out)
	}
	g.do(t, "id", "dunlin")
	if r := g.try(t, "dpkg", "--status", "dunlin"); r.Code == 0 {
		t.Errorf("dpkg still knows it:\n%s", r.Out)
	}
	g.do(t, "apt-get", "install", "--yes", "/mnt/next.deb")
	if got := g.property(t, "ActiveState"); got != "active" {
		t.Errorf("installed again, the unit is %s", got)
	}
}

func (g *guest) absent(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if r := g.try(t, "test", "-e", p); r.Code == 0 {
			t.Errorf("%s is left", p)
		}
	}
}

// hub is the real hub program on this machine.
type hub struct {
	port string // of the broker
	db   string
	cmd  *exec.Cmd
	talk strings.Builder
}

func startHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{cmd: exec.Command(fixture.Program(t, "dunlin-hub"), "serve", "--dev", "--json-ready",
		"--state", filepath.Join(t.TempDir(), "state"), "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0")}
	h.cmd.Stderr = &h.talk
	out, err := h.cmd.StdoutPipe()
	if err == nil {
		err = h.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ MQTT, DB string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		t.Fatalf("the hub is not ready: %v", err)
	}
	h.port, h.db = ready.MQTT[strings.LastIndex(ready.MQTT, ":")+1:], ready.DB
	return h
}

func (h *hub) stop(t *testing.T) {
	t.Helper()
	err := h.cmd.Process.Signal(syscall.SIGTERM)
	if err == nil {
		err = h.cmd.Wait()
	}
	if err != nil {
		t.Errorf("stop the hub: %v\n%s", err, &h.talk)
	}
}

// records reads the hub's database.
func (h *hub) records(t *testing.T) map[place]string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+h.db+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT r.epoch, r.stream, x.number, x.data FROM records x JOIN receipts r ON r.id = x.receipt`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	have := map[place]string{}
	for rows.Next() {
		var at place
		var epoch, data []byte
		if err := rows.Scan(&epoch, &at.stream, &at.number, &data); err != nil {
			t.Fatal(err)
		}
		copy(at.epoch[:], epoch)
		if _, twice := have[at]; twice {
			t.Errorf("%v is in the hub twice", at)
		}
		have[at] = string(data)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return have
}
