package faults_test

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// hubProcess is the real hub program on a state folder and a port that outlive its processes.
type hubProcess struct {
	t    *testing.T
	bin  string
	dir  string
	db   string
	mqtt string
	cmd  *exec.Cmd
	talk *tail
}

func newHubProcess(t *testing.T) *hubProcess {
	t.Helper()
	p := &hubProcess{t: t, bin: fixture.Program(t, "dunlin-hub"), dir: t.TempDir(), mqtt: "127.0.0.1:0", talk: &tail{}}
	t.Cleanup(p.kill)
	return p
}

func (p *hubProcess) start() {
	p.t.Helper()
	p.cmd = exec.Command(p.bin, "serve", "--dev", "--json-ready", "--state", filepath.Join(p.dir, "state"), "--http", "127.0.0.1:0", "--mqtt", p.mqtt)
	p.cmd.Stderr = p.talk
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ MQTT, DB string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		p.t.Fatalf("the hub is not ready: %v\n%s", err, p.talk)
	}
	p.mqtt, p.db = strings.TrimPrefix(ready.MQTT, "mqtt://"), ready.DB
}

// kill is SIGKILL: the process gets no say.
func (p *hubProcess) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// stop is orderly and must be over within five seconds.
func (p *hubProcess) stop() {
	p.t.Helper()
	begun := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	err := p.cmd.Wait()
	if took := time.Since(begun); err != nil || took > 5*time.Second {
		p.t.Errorf("clean stop of the hub took %v, %v\n%s", took, err, p.talk)
	}
	p.cmd = nil
}
