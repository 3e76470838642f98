package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// demoHub is a dunlin-hub that lives as long as the demo. It has a process group of its own, so that Ctrl-C reaches
// the agent first and the hub is there to take what is left.
type demoHub struct {
	Page string `json:"page"`
	MQTT string `json:"mqtt"`
	DB   string `json:"db"`
	bin  string
	cmd  *exec.Cmd
	over chan error
}

const (
	demoPage     = "127.0.0.1:8470"
	hubStartTime = 20 * time.Second
	hubStopTime  = 6 * time.Second
)

func startHub(ctx context.Context, bin, address, state string, talk io.Writer) (*demoHub, error) {
	bin, err := findHub(bin)
	if err != nil {
		return nil, err
	}
	h := &demoHub{bin: bin, over: make(chan error, 1)}
	h.cmd = exec.Command(bin, "serve", "--dev", "--json-ready", "--state", state, "--mqtt", "127.0.0.1:0", "--http", pageAddress(address))
	h.cmd.Stderr = talk
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := h.cmd.StdoutPipe()
	if err == nil {
		err = h.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start hub %s: %w", bin, err)
	}
	first := make(chan []byte, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadBytes('\n') // an error shows in the line
		first <- line
		h.over <- h.cmd.Wait()
	}()
	return h.ready(ctx, first)
}

func (h *demoHub) ready(ctx context.Context, first <-chan []byte) (*demoHub, error) {
	select {
	case line := <-first:
		if err := json.Unmarshal(line, h); err == nil {
			return h, nil
		}
		return nil, fmt.Errorf("start hub: %w", errors.Join(errors.New("it ended before it was ready"), <-h.over))
	case <-ctx.Done():
		h.kill()
		return nil, ctx.Err()
	case <-time.After(hubStartTime):
		h.kill()
		return nil, fmt.Errorf("start hub: not ready after %s", hubStartTime)
	}
}

func findHub(bin string) (string, error) {
	if bin != "" {
		if _, err := os.Stat(bin); err != nil {
			return "", &hal.AbsentError{What: "program dunlin-hub", Fix: "check the path in --hub, or build it with 'make build'", Err: err}
		}
		return filepath.Abs(bin)
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), "dunlin-hub")
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	path, err := exec.LookPath("dunlin-hub")
	if err != nil {
		return "", &hal.AbsentError{What: "program dunlin-hub", Fix: "name it with --hub, or build it with 'make build'", Err: err}
	}
	return path, nil
}

// pageAddress prefers the address in the manual; when another program has it, any free port will do.
func pageAddress(wanted string) string {
	if wanted != "" {
		return wanted
	}
	l, err := net.Listen("tcp", demoPage)
	if err != nil {
		return "127.0.0.1:0"
	}
	if l.Close() != nil {
		return "127.0.0.1:0"
	}
	return demoPage
}

// stop is orderly: what the hub has acknowledged is on disk.
func (h *demoHub) stop() error {
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop hub: %w", err)
	}
	select {
	case err := <-h.over:
		h.over <- err
		if err != nil {
			return fmt.Errorf("stop hub: %w", err)
		}
		return nil
	case <-time.After(hubStopTime):
		return fmt.Errorf("stop hub: still running after %s", hubStopTime)
	}
}

// kill ends what stop did not, and waits for the end.
func (h *demoHub) kill() {
	_ = h.cmd.Process.Kill() // it may have ended already
	h.over <- <-h.over
}

// verify lets the hub's program recompute the invariant over its database and adds the counts to s.
func (h *demoHub) verify(s *demoSummary) error {
	var sums struct{ Delivered, Gaps, Waiting uint64 }
	cmd := exec.Command(h.bin, "verify", "--db", h.DB, "--output", "json")
	var talk bytes.Buffer
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("verify the hub's database: %w: %s", err, bytes.TrimSpace(talk.Bytes()))
	}
	if err := json.Unmarshal(out, &sums); err != nil {
		return fmt.Errorf("verify the hub's database: %w", err)
	}
	s.Delivered, s.Gaps, s.Waiting, s.Verified = sums.Delivered, sums.Gaps, max(s.Waiting, sums.Waiting), true
	return nil
}
