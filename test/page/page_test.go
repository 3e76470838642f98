package page_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// summary is what `dunlin demo --json` prints last.
type summary struct {
	Decisions int     `json:"decisions"`
	Accuracy  float64 `json:"accuracy"`
	Unit      string  `json:"unit"`
	Delivered uint64  `json:"delivered"`
	Waiting   uint64  `json:"waiting"`
	Verified  bool    `json:"verified"`
}

// demo is a running demo: where its page is, and its summary once it has ended.
type demo struct {
	page string
	cmd  *exec.Cmd
	last chan []byte
	talk *bytes.Buffer
}

func startDemo(t *testing.T) *demo {
	t.Helper()
	cmd := exec.Command(fixture.Program(t, "dunlin"), "demo", "--hub", fixture.Program(t, "dunlin-hub"), "--json",
		"--models", fixture.Path(t, "examples", "models"), "--recordings", fixture.Path(t, "testdata", "recordings"))
	cmd.Env = append(cmd.Environ(), "DUNLIN_TFLITE="+fixture.Runtime(t))
	d := &demo{cmd: cmd, last: make(chan []byte, 1), talk: &bytes.Buffer{}}
	cmd.Stderr = d.talk
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	page := make(chan string, 1)
	go d.read(out, page)
	select {
	case d.page = <-page:
	case <-time.After(30 * time.Second):
		t.Fatalf("the demo named no page within 30 s: %s", d.talk)
	}
	return d
}

// read passes on the page's address and keeps the last line.
func (d *demo) read(out io.Reader, page chan<- string) {
	var last []byte
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "page: "); ok {
			page <- address
		}
		last = bytes.Clone(lines.Bytes())
	}
	d.last <- last
}

func TestDemoThroughChromium(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing: apt-get install nodejs npm")
	}
	d := startDemo(t)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	shots := filepath.Join(fixture.Root(), "build", "shots")
	check := exec.CommandContext(ctx, node, "check.mjs", "--page", d.page, "--shots", shots)
	check.Dir = fixture.Path(t, "test", "page")
	out, err := check.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("check.mjs: %v", err)
	}
	if err := d.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	judge(t, d)
}

func judge(t *testing.T, d *demo) {
	t.Helper()
	var s summary
	last := <-d.last
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v\n%s", err, d.talk)
	}
	if err := json.Unmarshal(last, &s); err != nil {
		t.Fatalf("the demo's last line %q: %v", last, err)
	}
	if s.Decisions < 5 || !s.Verified || s.Waiting != 0 || s.Delivered < uint64(s.Decisions) {
		t.Errorf("the demo's summary: %+v", s)
	}
	if s.Accuracy < 0.9 {
		t.Errorf("accuracy %.3f by %s, want 0.9 or more", s.Accuracy, s.Unit)
	}
}
