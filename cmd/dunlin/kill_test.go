package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// mortal is `dunlin` that kills itself with SIGKILL at a named point of the shelf: mortal POINT run …; it tells every
// point that it comes to.
func mortal() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: mortal point command...")
		os.Exit(exitUsage)
	}
	a := newApp(os.Stdin, os.Stdout, os.Stderr)
	a.look = 20 * time.Millisecond
	a.onPoint = func(point string) {
		fmt.Println(point)
		if point == os.Args[1] {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	code := a.run(ctx, os.Args[2:])
	stop()
	os.Exit(code)
}

// victim is a device whose daemon is killed again and again; its state folder outlives the processes.
type victim struct {
	t      *testing.T
	dir    string
	client *control.Client
	cmd    *exec.Cmd
	gone   chan struct{} // closed when the process has ended
	killed atomic.Bool
	points []string // those that the last process came to; read after gone
	log    bytes.Buffer
	round  int // of the story
}

const victimConfig = `device: {id: victim}
state: state
control: {socket: %s}
runtime: {tflite: %s}
models: {roots: [%s]}
trust: {unsigned: allow}
sources: {watch: {driver: replay, file: %s, speed: 200, loop: true}}
pipelines: {activity: {source: watch, model: motions@1, decide: {report: all}}}
`

func newVictim(t *testing.T) *victim {
	t.Helper()
	v := &victim{t: t, dir: t.TempDir(), round: 1}
	text := fmt.Sprintf(victimConfig, v.path("c.sock"), fixture.Runtime(t), fixture.Path(t, "examples", "models"), fixture.Path(t, "testdata", "recordings"))
	if err := os.WriteFile(v.path("config.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v.client = control.NewClient(v.path("c.sock"))
	t.Cleanup(v.stop)
	return v
}

func (v *victim) path(name string) string { return filepath.Join(v.dir, name) }

// start begins a life that ends at a point.
func (v *victim) start(point string) {
	v.t.Helper()
	v.log.Reset()
	v.killed.Store(false)
	v.cmd, v.gone, v.points = exec.Command("mortal", point, "run", "--config", v.path("config.yaml")), make(chan struct{}), nil
	v.cmd.Stderr = &v.log
	out, err := v.cmd.StdoutPipe()
	if err == nil {
		err = v.cmd.Start()
	}
	if err != nil {
		v.t.Fatal(err)
	}
	cmd, gone := v.cmd, v.gone
	go func() {
		defer close(gone)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			v.points = append(v.points, lines.Text())
		}
		var exit *exec.ExitError
		if errors.As(cmd.Wait(), &exit) {
			v.killed.Store(exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL)
		}
	}()
}

func (v *victim) stop() {
	if v.cmd == nil || v.cmd.Process == nil {
		return
	}
	_ = v.cmd.Process.Signal(syscall.SIGTERM)
	<-v.gone
	v.cmd = nil
}

// status waits until the daemon says something that holds; it fails when the process has ended.
func (v *victim) status(what string, holds func(agent.PipelineStatus) bool) error {
	ctx, cancel := context.WithTimeout(v.t.Context(), time.Minute)
	defer cancel()
	var last agent.Status
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		s, err := v.client.Status(ctx)
		if err == nil && holds(s.Pipelines[0]) {
			return nil
		}
		if err == nil {
			last = s
		}
		select {
		case <-v.gone:
			return errors.New("the daemon is gone")
		case <-ctx.Done():
			v.t.Fatalf("not within a minute: %s; the last status was %+v\n%s", what, last.Pipelines, &v.log)
		case <-tick.C:
		}
	}
}

// decides waits for decisions of a version that may run: the configured one, or one that was committed. A version on
// trial is fine, too: it has passed its golden vectors.
func (v *victim) decides() error {
	return v.status("decisions", func(p agent.PipelineStatus) bool { return p.State == agent.Running && p.Decisions > 0 })
}

// TestKilledAtEveryPoint kills the daemon at each point where the shelf has written a state or done an act, twice in a
// row, while versions come, are committed, given up, refused and gone back from. Each life must decide, whatever the one
// before left behind; and the story must come to its end.
func TestKilledAtEveryPoint(t *testing.T) {
	v := newVictim(t)
	v.start("none")
	if err := errors.Join(v.decides(), v.story()); err != nil {
		t.Fatalf("%v\n%s", err, &v.log)
	}
	v.stop()
	var points []string
	for _, p := range v.points {
		if !slices.Contains(points, p) {
			points = append(points, p)
		}
	}
	if len(points) < 25 {
		t.Fatalf("only %d points: %s", len(points), points)
	}
	for _, point := range points {
		for range 2 {
			v.dieAt(point)
		}
	}
	v.start("none")
	if err := errors.Join(v.decides(), v.story()); err != nil {
		t.Fatalf("%v\n%s", err, &v.log)
	}
	if s, err := v.client.Status(t.Context()); err != nil || len(s.Pipelines[0].Drops) != 0 {
		t.Errorf("the last life lost windows: %v, %v", s.Pipelines[0].Drops, err)
	}
	t.Logf("%d points, %d rounds", len(points), v.round)
}

// dieAt lives until the point is reached. A life that finds the story over, or past the point, tells the next round.
func (v *victim) dieAt(point string) {
	v.t.Helper()
	v.start(point)
	err := v.decides()
	for rounds := 0; err == nil && rounds < 2; rounds++ {
		err = v.story()
	}
	v.stop()
	if !v.killed.Load() {
		v.t.Fatalf("the daemon was not killed at %s: %v; it came to %s\n%s", point, err, strings.Join(v.points, " "), &v.log)
	}
}
