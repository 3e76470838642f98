package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
)

// daemon is an agent with one pipeline.
type daemon struct {
	level chan string
	on    chan bool
}

func newDaemon() *daemon { return &daemon{make(chan string, 8), make(chan bool, 8)} }

func (*daemon) Status() agent.Status { return agent.Status{Agent: "test", Device: "pump-17"} }

func (d *daemon) SetLogLevel(level string) error {
	if level != "debug" && level != "info" {
		return fmt.Errorf("log level %q: write debug or info: %w", level, control.ErrBadRequest)
	}
	d.level <- level
	return nil
}

func (d *daemon) SetPipeline(_ context.Context, name string, on bool) error {
	if name != "activity" {
		return fmt.Errorf("pipeline %q: %w", name, control.ErrNotFound)
	}
	d.on <- on
	return nil
}

// start runs a server until the test ends, and checks that nothing of it stays.
func start(t *testing.T, d *daemon, cfg control.Config) string {
	t.Helper()
	t.Cleanup(func() { goleak.VerifyNone(t) })
	if cfg.Socket == "" {
		cfg.Socket = filepath.Join(t.TempDir(), "run", "control.sock")
	}
	s := control.New(d, cfg)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
		if _, err := os.Lstat(cfg.Socket); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket is still there: %v", err)
		}
	})
	select {
	case <-s.Ready():
	case err := <-done:
		done <- nil
		t.Fatalf("Run = %v", err)
	}
	return cfg.Socket
}

func TestStatus(t *testing.T) {
	c := control.NewClient(start(t, newDaemon(), control.Config{}))
	got, err := c.Status(t.Context())
	if err != nil || got.Device != "pump-17" || got.Agent != "test" {
		t.Errorf("Status = %+v, %v", got, err)
	}
}

func TestModes(t *testing.T) {
	path := start(t, newDaemon(), control.Config{})
	for file, want := range map[string]os.FileMode{path: 0o666, filepath.Dir(path): 0o755} {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", file, info.Mode().Perm(), err, want)
		}
	}
}

func TestWatch(t *testing.T) {
	c := control.NewClient(start(t, newDaemon(), control.Config{}))
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := c.Watch(ctx, 100*time.Millisecond, func(s agent.Status) error {
		if n++; n == 3 {
			cancel()
		}
		return nil
	})
	if err != nil || n < 3 {
		t.Errorf("Watch = %v after %d", err, n)
	}
	enough := errors.New("enough")
	if err := c.Watch(t.Context(), time.Second, func(agent.Status) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("Watch = %v, want what the callback returned", err)
	}
	if err := c.Watch(t.Context(), time.Microsecond, nil); !errors.Is(err, control.ErrBadRequest) {
		t.Errorf("Watch every microsecond = %v, want ErrBadRequest", err)
	}
}

// TestWatchEndsWithTheAgent: a watcher must neither keep the agent alive nor be left hanging.
func TestWatchEndsWithTheAgent(t *testing.T) {
	s := control.New(newDaemon(), control.Config{Socket: filepath.Join(t.TempDir(), "c.sock"), Grace: 5 * time.Second})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-s.Ready()
	began := time.Now()
	socket := strings.TrimPrefix(s.String(), "control ")
	err := control.NewClient(socket).Watch(t.Context(), time.Hour, func(agent.Status) error { stop(); return nil })
	if !errors.Is(err, control.ErrNotRunning) {
		t.Errorf("Watch of a stopped agent = %v, want ErrNotRunning", err)
	}
	if err := <-done; err != nil || time.Since(began) > 4*time.Second {
		t.Errorf("Run = %v after %v", err, time.Since(began))
	}
}

func TestTooManyWatchers(t *testing.T) {
	socket := start(t, newDaemon(), control.Config{Watchers: 1})
	c := control.NewClient(socket)
	err := c.Watch(t.Context(), time.Second, func(agent.Status) error {
		return c.Watch(t.Context(), time.Second, func(agent.Status) error { return errors.New("a second watcher was let in") })
	})
	if err == nil || !strings.Contains(err.Error(), "too many watchers") {
		t.Errorf("second Watch = %v", err)
	}
}

func TestChanges(t *testing.T) {
	d := newDaemon()
	c := control.NewClient(start(t, d, control.Config{}))
	if err := c.SetLogLevel(t.Context(), "debug"); err != nil || <-d.level != "debug" {
		t.Errorf("SetLogLevel = %v", err)
	}
	if err := c.SetPipeline(t.Context(), "activity", false); err != nil || <-d.on {
		t.Errorf("SetPipeline = %v", err)
	}
	if err := c.SetLogLevel(t.Context(), "loud"); !errors.Is(err, control.ErrBadRequest) || !strings.Contains(err.Error(), `"loud"`) {
		t.Errorf("SetLogLevel(loud) = %v, want ErrBadRequest with the agent's sentence", err)
	}
	if err := c.SetPipeline(t.Context(), "a/../b", true); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("SetPipeline(a/../b) = %v, want ErrNotFound", err)
	}
}

func TestBadRequests(t *testing.T) {
	socket := start(t, newDaemon(), control.Config{})
	for _, tc := range []struct {
		method, path, body string
		want               int
	}{
		{"POST", "/v1/log-level", `{"level": "debug", "more": 1}`, 400},
		{"POST", "/v1/log-level", `{"level": "debug"} {}`, 400},
		{"POST", "/v1/log-level", `{"level": 3}`, 400},
		{"POST", "/v1/log-level", ``, 400},
		{"POST", "/v1/log-level", `{"level": "` + strings.Repeat("x", 8<<10) + `"}`, 400},
		{"POST", "/v1/pipelines/activity", `{}`, 400},
		{"GET", "/v1/watch?every=never", ``, 400},
		{"GET", "/v1/nothing", ``, 404},
		{"POST", "/v1/status", ``, 404},
	} {
		code, body := ask(t, socket, tc.method, tc.path, tc.body)
		if code != tc.want {
			t.Errorf("%s %s %.40s: %d %s, want %d", tc.method, tc.path, tc.body, code, body, tc.want)
		}
		var p struct{ Error string }
		if json.Unmarshal([]byte(body), &p) != nil || p.Error == "" {
			t.Errorf("%s %s: body %q is no error sentence", tc.method, tc.path, body)
		}
	}
}

func ask(t *testing.T, socket, method, path, body string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://agent"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestNotRunning(t *testing.T) {
	_, err := control.NewClient(filepath.Join(t.TempDir(), "none.sock")).Status(t.Context())
	if !errors.Is(err, control.ErrNotRunning) || !strings.Contains(err.Error(), "dunlin run") {
		t.Errorf("Status without an agent = %v, want ErrNotRunning and advice", err)
	}
}

// TestAgentEndsMeanwhile: an agent that takes a request and ends is told as that, whether it closes the connection before
// or after it has read everything.
func TestAgentEndsMeanwhile(t *testing.T) {
	for name, takes := range map[string]int64{"at once": 1, "in the middle": 1 << 20, "before the answer": 3 << 20} {
		socket := filepath.Join(t.TempDir(), "control.sock")
		l, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			conn, err := l.Accept()
			if err == nil {
				_, err = io.CopyN(io.Discard, conn, takes)
				err = errors.Join(err, conn.Close(), l.Close())
			}
			done <- err
		}()
		_, err = control.NewClient(socket).ImportModel(t.Context(), "", bytes.NewReader(make([]byte, 3<<20)))
		if !errors.Is(err, control.ErrNotRunning) || !strings.Contains(err.Error(), "the agent ended before it answered") {
			t.Errorf("%s: %v", name, err)
		}
		if err := <-done; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStaleSocket: what a killed agent leaves behind is replaced, a living agent's socket and other files are not.
func TestStaleSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := control.NewClient(path).Status(t.Context()); !errors.Is(err, control.ErrNotRunning) {
		t.Errorf("Status over a stale socket = %v, want ErrNotRunning", err)
	}
	start(t, newDaemon(), control.Config{Socket: path})
	second := control.New(newDaemon(), control.Config{Socket: path})
	if err := second.Run(t.Context()); !errors.Is(err, control.ErrInUse) {
		t.Errorf("second agent: Run = %v, want ErrInUse", err)
	}
	if _, err := control.NewClient(path).Status(t.Context()); err != nil {
		t.Errorf("the first agent lost its socket: %v", err)
	}
}

func TestNoSocketInItsPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := control.New(newDaemon(), control.Config{Socket: path}).Run(t.Context()); err == nil {
		t.Error("Run took the place of a file that is no socket")
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "data" {
		t.Errorf("the file: %q, %v", data, err)
	}
}
