package live

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/dunlin-iot/dunlin/agent"
)

// Site is a folder with both programs and everything they write.
type Site struct {
	Dir    string
	Hub    string // host:port of the broker, once StartHub has returned
	client http.Client
}

// New builds both programs into dir, stripped as they are shipped.
func New(ctx context.Context, dir string) (*Site, error) {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", dir+"/", "./cmd/dunlin", "./cmd/dunlin-hub")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go build: %w", err)
	}
	s := &Site{Dir: dir}
	s.client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", s.socket())
	}}
	return s, nil
}

func (s *Site) socket() string { return filepath.Join(s.Dir, "c.sock") }

// Process is a running program; Stop ends it in order.
type Process struct{ *exec.Cmd }

func (p Process) Stop() error {
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.Wait()
}

// StartHub starts the hub on free ports.
func (s *Site) StartHub(ctx context.Context) (Process, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.Dir, "dunlin-hub"), "serve", "--dev", "--json-ready",
		"--state", filepath.Join(s.Dir, "hub"), "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return Process{}, fmt.Errorf("start hub: %w", err)
	}
	var ready struct{ MQTT string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		return Process{}, fmt.Errorf("start hub: %w", err)
	}
	s.Hub = strings.TrimPrefix(ready.MQTT, "mqtt://")
	return Process{cmd}, nil
}

// StartAgent starts the agent on the motions model; speed is as in the configuration: "1", "max". Without a hub it
// works alone.
func (s *Site) StartAgent(ctx context.Context, speed string) (Process, error) {
	root, err := os.Getwd()
	if err != nil {
		return Process{}, err
	}
	text := fmt.Sprintf("state: %q\ncontrol: {socket: %q}\nmodels: {roots: [%q]}\nruntime: {tflite: %q}\n"+
		"sources: {watch: {driver: replay, file: %q, speed: %s, loop: true}}\n"+
		"pipelines: {activity: {source: watch, model: motions@1, decide: {report: all}}}\n",
		filepath.Join(s.Dir, "state"), s.socket(), filepath.Join(root, "examples", "models"),
		filepath.Join(root, "build", "runtime", "linux-"+runtime.GOARCH, "libtflite.so.2.21.0"),
		filepath.Join(root, "testdata", "recordings"), speed)
	if s.Hub != "" {
		text += fmt.Sprintf("device: {id: bench}\nhub: {url: \"mqtt://%s\", tenant: dev}\n", s.Hub)
	}
	config := filepath.Join(s.Dir, "config.yaml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return Process{}, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.Dir, "dunlin"), "run", "--config", config)
	if err := cmd.Start(); err != nil {
		return Process{}, fmt.Errorf("start agent: %w", err)
	}
	return Process{cmd}, nil
}

// Status asks the agent how it is.
func (s *Site) Status() (st agent.Status, err error) {
	resp, err := s.client.Get("http://agent/v1/status")
	if err != nil {
		return st, err
	}
	defer resp.Body.Close()
	return st, json.NewDecoder(resp.Body).Decode(&st)
}
