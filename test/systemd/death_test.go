package systemd_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent"
)

const pipelineConfig = `device: {id: guest}
sources: {wrist: {driver: replay, file: /mnt/recordings, speed: 40, loop: true}}
pipelines: {activity: {source: wrist, model: motions@1, decide: {report: all}}}
models: {roots: [/mnt/models]}
spool: {commit: {every: 200ms, quiet: 1s}}
`

// pipeline gives the agent work: recordings, a model, a record for each window.
func (g *guest) pipeline(t *testing.T) {
	g.write(t, "/etc/dunlin/config.yaml", pipelineConfig)
	g.do(t, "dunlin", "config", "check", "/etc/dunlin/config.yaml")
	g.do(t, "systemctl", "restart", "dunlin.service")
	g.grown(t, 100)
	s := g.status(t)
	if len(s.Pipelines) != 1 || s.Pipelines[0].State != agent.Running {
		t.Fatalf("the pipeline is %+v", s.Pipelines)
	}
	t.Logf("%s, p50 %.0f us", s.Pipelines[0].Engine, s.Pipelines[0].Invoke.P50)
}

// isolated has the model in a process of its own, which starts and lives under everything that the unit forbids.
func (g *guest) isolated(t *testing.T) {
	g.write(t, "/etc/dunlin/config.yaml", strings.Replace(pipelineConfig, "model: motions@1", "model: motions@1, isolated: true", 1))
	g.do(t, "systemctl", "restart", "dunlin.service")
	s := g.until(t, "the isolated model decides", func(s agent.Status) bool { return len(s.Pipelines) == 1 && s.Pipelines[0].Decisions > 10 })
	if p := s.Pipelines[0]; !strings.Contains(p.Engine, "isolated") || p.Drops["invoke_lost"] > 0 {
		t.Errorf("%s, drops %v, %s", p.Engine, p.Drops, p.Reason)
	}
	if n := len(strings.Fields(g.do(t, "pgrep", "-u", "dunlin"))); n != 2 {
		t.Errorf("dunlin has %d processes, want 2", n)
	}
}

// back waits until systemd has started the agent again, and checks that it counts as a restart.
func (g *guest) back(t *testing.T, cursor string, restarts int) {
	t.Helper()
	g.await(t, cursor, `^Started dunlin\.service`)
	if got := g.property(t, "NRestarts"); got != strconv.Itoa(restarts) {
		t.Errorf("systemd counts %s restarts, want %d", got, restarts)
	}
	if got := g.property(t, "ActiveState"); got != "active" {
		t.Errorf("the unit is %s", got)
	}
}

func (g *guest) restarts(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(g.property(t, "NRestarts"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// kept checks that what was on disk is there, that work goes on after it, and that the death was told once.
func (g *guest) kept(t *testing.T, a *account, before uint64, deaths int) {
	t.Helper()
	if after := g.grown(t, 20); after < before {
		t.Errorf("results on disk: %d before, %d after", before, after)
	}
	told := len(a.unclean)
	if after := a.look(t); after < before {
		t.Errorf("results on disk: %d before, %d after", before, after)
	}
	if got := len(a.unclean) - told; got != deaths {
		t.Errorf("%d deaths are told, want %d", got, deaths)
	}
}

// stoppedProcess: nothing of the process runs any more, so nobody feeds the watchdog.
func (g *guest) stoppedProcess(t *testing.T, a *account) {
	a.look(t)
	before, restarts, cursor := g.grown(t, 100), g.restarts(t), g.now(t)
	g.do(t, "kill", "-STOP", g.property(t, "MainPID"))
	g.await(t, cursor, `Watchdog timeout \(limit 30s\)`)
	g.back(t, cursor, restarts+1)
	g.kept(t, a, before, 1)
}

// blockedPipeline: the agent runs and answers, but one computation of the model never comes back.
func (g *guest) blockedPipeline(t *testing.T, a *account) {
	before, restarts, cursor := g.grown(t, 50), g.restarts(t), g.now(t)
	g.do(t, "systemd-run", "--quiet", "--unit=freeze", "--service-type=notify", "/mnt/hands", "freeze", g.property(t, "MainPID"), "libtflite")
	t.Log(g.await(t, cursor, `no progress`))
	if s := g.status(t); len(s.Pipelines) != 1 {
		t.Errorf("the agent no longer answers: %+v", s)
	}
	if got := g.property(t, "StatusText"); got != "no progress: pipeline activity" {
		t.Errorf("systemctl status says %q", got)
	}
	g.await(t, cursor, `Watchdog timeout \(limit 30s\)`)
	g.back(t, cursor, restarts+1)
	if got := g.property(t, "StatusText"); got != "" {
		t.Errorf("after the restart systemctl status says %q", got)
	}
	g.kept(t, a, before, 1)
}

// killed is SIGKILL: the process gets no say.
func (g *guest) killed(t *testing.T, a *account) {
	before, restarts, cursor := g.grown(t, 100), g.restarts(t), g.now(t)
	g.do(t, "kill", "-KILL", g.property(t, "MainPID"))
	g.back(t, cursor, restarts+1)
	g.kept(t, a, before, 1)
}

// powerCut in the midst of writing.
func (g *guest) powerCut(t *testing.T, a *account) {
	g.do(t, "systemctl", "restart", "dunlin.service") // what it writes from now on is lost or kept with this boot
	before, boot := g.grown(t, 100), g.status(t).Boot
	g.cut(t)
	g.boot(t)
	if got := g.property(t, "ActiveState"); got != "active" {
		t.Fatalf("after the power cut the unit is %s", got)
	}
	s := g.status(t)
	if s.Boot != boot+1 {
		t.Errorf("boot %d after boot %d", s.Boot, boot)
	}
	g.kept(t, a, before, 1)
}
