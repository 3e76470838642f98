package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
)

// theAgent is the agent as it is shipped, running.
type theAgent struct {
	cmd    *exec.Cmd
	client http.Client
	ended  chan error
}

const (
	agentSocket = "/run/agent.sock"
	agentFile   = "/tmp/config.yaml"
	agentConfig = `device: {id: guest}
hub: {url: "mqtt://%s", tenant: dev}
state: /tmp/state
control: {socket: %s}
runtime: {tflite: %s}
models: {roots: [/models]}
sources: {wrist: {driver: lsm6ds, bus: %s, rate: 12.5Hz, accel: 16g, gyro: 2000dps}}
pipelines: {activity: {source: wrist, model: motions@1, decide: {report: all}}}
spool: {commit: {every: 100ms, quiet: 500ms}}
`
	library = "/usr/lib/dunlin/libtflite.so.2.21.0"
)

// startAgent runs the agent on a bus, sending to a hub at an address of the host.
func startAgent(bus, hub string) (*theAgent, error) {
	return startAgentWith(fmt.Sprintf(agentConfig, hub, agentSocket, library, bus))
}

func startAgentWith(text string) (*theAgent, error) {
	if err := os.WriteFile(agentFile, []byte(text), 0o600); err != nil {
		return nil, err
	}
	a := &theAgent{cmd: exec.Command("/bin/dunlin", "run", "--config", agentFile), ended: make(chan error, 1)}
	a.cmd.Stdout, a.cmd.Stderr = os.Stderr, os.Stderr
	a.client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", agentSocket)
	}}
	if err := a.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { a.ended <- a.cmd.Wait() }()
	return a, nil
}

// status asks the agent how it is.
func (a *theAgent) status() (st agent.Status, err error) {
	resp, err := a.client.Get("http://agent/v1/status")
	if err != nil {
		return st, err
	}
	defer resp.Body.Close()
	return st, json.NewDecoder(resp.Body).Decode(&st)
}

// until waits for a status; the last one says why it did not come.
func (a *theAgent) until(ctx context.Context, what string, ok func(agent.Status) bool) (agent.Status, error) {
	var last agent.Status
	err := until(ctx, what, func() bool {
		st, err := a.status()
		if err != nil {
			return false
		}
		last = st
		return ok(st)
	})
	if err != nil {
		text, _ := json.Marshal(last)
		err = fmt.Errorf("%w; the agent says %s", err, text)
	}
	return last, err
}

// stop is what systemd does; it must be over within five seconds of the host's slow time.
func (a *theAgent) stop() error {
	if err := a.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop agent: %w", err)
	}
	select {
	case err := <-a.ended:
		if err != nil {
			return fmt.Errorf("stop agent: %w", err)
		}
		return nil
	case <-time.After(20 * time.Second):
		return errors.Join(errors.New("the agent did not stop within 20 s"), a.cmd.Process.Kill())
	}
}

func decisions(st agent.Status) uint64 {
	if len(st.Pipelines) != 1 {
		return 0
	}
	return st.Pipelines[0].Decisions
}

// source is the state of the one source, and why.
func source(st agent.Status) (state, reason string) {
	if len(st.Sources) != 1 {
		return "", ""
	}
	return string(st.Sources[0].State), st.Sources[0].Reason
}

// resultsSent reports whether the hub has acknowledged every result.
func resultsSent(st agent.Status) bool {
	for _, s := range st.Streams {
		if s.Name == "results" {
			return s.Head > 0 && s.Waiting == 0
		}
	}
	return false
}
