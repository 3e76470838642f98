package faults_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// agent is the real agent on a state folder that outlives its processes.
type agent struct {
	t      *testing.T
	bin    string
	dir    string
	config string
	cmd    *exec.Cmd
	talk   *tail
}

const agentConfig = `device: {id: victim}
hub: {url: "mqtt://%s", tenant: dev}
state: state
control: {socket: %s}
runtime: {tflite: %s}
models: {roots: [%s]}
trust: {unsigned: allow}
sources: {watch: {driver: replay, file: %s, speed: 40, loop: true}}
pipelines: {activity: {source: watch, model: motions@1, decide: {report: all}, on: %t}}
spool: {commit: {every: 20ms, quiet: 200ms}}
`

func newAgent(t *testing.T, broker string) *agent {
	t.Helper()
	dir := t.TempDir()
	a := &agent{t: t, bin: fixture.Program(t, "dunlin"), dir: dir, config: filepath.Join(dir, "config.yaml"), talk: &tail{}}
	a.configure(broker, true)
	t.Cleanup(a.kill)
	return a
}

// configure writes the configuration; on says whether the pipeline runs, or only what is left is sent.
func (a *agent) configure(broker string, on bool) {
	a.t.Helper()
	text := fmt.Sprintf(agentConfig, broker, a.socket(), fixture.Runtime(a.t),
		fixture.Path(a.t, "examples", "models"), fixture.Path(a.t, "testdata", "recordings"), on)
	if err := os.WriteFile(a.config, []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *agent) socket() string { return filepath.Join(a.dir, "c.sock") }
func (a *agent) spool() string  { return filepath.Join(a.dir, "state", "spool") }

func (a *agent) start() {
	a.t.Helper()
	a.cmd = exec.Command(a.bin, "run", "--config", a.config)
	a.cmd.Stdout, a.cmd.Stderr = a.talk, a.talk
	if err := a.cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
}

// kill is SIGKILL: the process gets no say.
func (a *agent) kill() {
	if a.cmd == nil {
		return
	}
	_ = a.cmd.Process.Kill()
	_ = a.cmd.Wait()
	a.cmd = nil
}

// stop is what systemd does; it must be over within five seconds.
func (a *agent) stop() {
	a.t.Helper()
	begun := time.Now()
	if err := a.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		a.t.Fatalf("agent is gone: %v\n%s", err, a.talk)
	}
	err := a.cmd.Wait()
	if took := time.Since(begun); err != nil || took > 5*time.Second {
		a.t.Errorf("clean stop took %v, %v\n%s", took, err, a.talk)
	}
	a.cmd = nil
}

// tail keeps the last of what a process said.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *tail) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.b.Len() > 1<<16 {
		w.b.Reset()
	}
	return w.b.Write(p)
}

func (w *tail) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}
