package faults_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	agentapi "github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/internal/fixture"
)

const isolatedConfig = `device: {id: victim}
state: state
control: {socket: %s}
runtime: {tflite: %s}
models: {roots: [%s]}
sources:
  watch: {driver: process, command: [cat, %s], channels: ["ax[m/s2]", "ay[m/s2]", "az[m/s2]", "gx[rad/s]", "gy[rad/s]", "gz[rad/s]"], rate: 10Hz}
pipelines: {activity: {source: watch, model: motions@1, isolated: true, limit: 1s, decide: {report: all}}}
`

// TestIsolatedModelKilledAndStopped: the process that runs the model is killed and stopped while the daemon runs. Each
// time another one follows after a pause, the service manager hears nothing of it, and every window of the samples
// either became a decision or is counted as lost.
func TestIsolatedModelKilledAndStopped(t *testing.T) {
	a := newAgent(t, "127.0.0.1:1")
	pipe := filepath.Join(a.dir, "samples")
	text := fmt.Sprintf(isolatedConfig, a.socket(), fixture.Runtime(t), fixture.Path(t, "examples", "models"), pipe)
	if err := errors.Join(os.WriteFile(a.config, []byte(text), 0o600), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the agent said:\n%s", a.talk)
		}
	})
	told := serviceManager(t)
	a.start()
	samples := feedPipe(t, pipe)
	used := []int{0}
	for i, s := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGKILL, syscall.SIGSTOP} {
		var child int
		var st agentapi.PipelineStatus
		until(t, time.Minute, fmt.Sprintf("another process decides, after %d", i), func() bool {
			child, st = a.isolated(), a.pipeline()
			return child != 0 && !slices.Contains(used, child) && st.State == agentapi.Running && st.Decisions > 0
		})
		if err := syscall.Kill(child, s); err != nil {
			t.Fatal(err)
		}
		used = append(used, child)
		until(t, time.Minute, "the loss is counted", func() bool { return a.pipeline().Drops["invoke_lost"] > st.Drops["invoke_lost"] })
	}
	until(t, time.Minute, "decisions go on", func() bool { return a.pipeline().State == agentapi.Running })
	windows := uint64(samples()-50)/5 + 1 // of 50 samples, every 5
	var end agentapi.PipelineStatus
	until(t, time.Minute, fmt.Sprintf("each of %d windows is a decision or counted as lost", windows), func() bool {
		end = a.pipeline()
		return end.Windows == windows && end.Decisions+end.Drops["invoke_lost"] == windows
	})
	if end.Drops["invoke_lost"] < 4 || len(end.Drops) != 1 || end.Recorded != end.Decisions {
		t.Errorf("windows were lost otherwise: %+v", end)
	}
	t.Logf("%d of %d windows were lost by 4 falls", end.Drops["invoke_lost"], windows)
	a.stop()
	for _, m := range told() {
		if strings.HasPrefix(m, "STATUS=") {
			t.Errorf("the service manager was told %q", m)
		}
	}
}

// feedPipe writes samples into a pipe, 100 each second; the function ends that and returns how many there were.
func feedPipe(t *testing.T, pipe string) (stop func() int) {
	t.Helper()
	f, err := os.OpenFile(pipe, os.O_RDWR, 0) // for reading too: then it waits for nobody
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	end, done := make(chan struct{}), make(chan int, 1)
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-end:
				done <- n
				return
			case <-tick.C:
			}
			if _, err := fmt.Fprintf(f, "%d,0,9.8,0,0.5,%d\n", n%7, n%3); err != nil {
				t.Error(err)
			}
		}
	}()
	return func() int {
		close(end)
		return <-done
	}
}

// serviceManager is one with a watchdog; the function returns what it was told.
func serviceManager(t *testing.T) (told func() []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "10000000")
	done := make(chan []string, 1)
	go func() {
		var all []string
		buf := make([]byte, 512)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				done <- all
				return
			}
			all = append(all, string(buf[:n]))
		}
	}()
	return func() []string {
		_ = conn.Close()
		return <-done
	}
}

// isolated is the agent's only child that runs a model; zero when there is none or more than one.
func (a *agent) isolated() (pid int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", a.cmd.Process.Pid))
	for _, f := range files {
		text, _ := os.ReadFile(f) // a thread may have ended, and a child
		for field := range strings.FieldsSeq(string(text)) {
			line, _ := os.ReadFile(filepath.Join("/proc", field, "cmdline"))
			if n, err := strconv.Atoi(field); err == nil && strings.Contains(string(line), "isolated") {
				if pid != 0 {
					return 0
				}
				pid = n
			}
		}
	}
	return pid
}

// pipeline is the state of the agent's only pipeline; empty while the agent cannot be asked.
func (a *agent) pipeline() agentapi.PipelineStatus {
	ctx, cancel := context.WithTimeout(a.t.Context(), 10*time.Second)
	defer cancel()
	s, err := control.NewClient(a.socket()).Status(ctx)
	if err != nil || len(s.Pipelines) != 1 {
		return agentapi.PipelineStatus{}
	}
	return s.Pipelines[0]
}
