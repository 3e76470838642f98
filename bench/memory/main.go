// Command memory measures the resident memory of the agent with the motions model, its hub beside it, after it has run
// for a while in real time. The TensorFlow Lite library counts.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/bench/live"
	"github.com/dunlin-iot/dunlin/bench/report"
)

func main() {
	length := flag.Duration("for", 10*time.Minute, "how long the agent runs before it is measured")
	flag.Parse()
	if err := run(context.Background(), *length); err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, length time.Duration) error {
	dir, err := os.MkdirTemp("", "dunlin-memory-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	site, err := live.New(ctx, dir)
	if err != nil {
		return err
	}
	hub, err := site.StartHub(ctx)
	if err != nil {
		return err
	}
	agent, err := site.StartAgent(ctx, "1")
	if err != nil {
		return err
	}
	time.Sleep(length)
	now, peak, err := resident(agent.Process.Pid) // before anybody looks: answering takes code that deciding does not
	if err != nil {
		return err
	}
	st, err := site.Status()
	if err != nil {
		return err
	}
	if err := agent.Stop(); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	if err := hub.Stop(); err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	var live int64
	for _, s := range st.Streams {
		live += int64(s.Bytes)
	}
	return report.Print(os.Stdout, report.Line{
		Figure: fmt.Sprintf("resident memory of the agent after %s", length), Target: "<= 25 MB",
		Result: fmt.Sprintf("%.1f MB (peak %.1f; %d decisions, %d kB live in the spool)", now, peak, st.Pipelines[0].Decisions, live/1000),
		OK:     report.Met(now <= 25),
	})
}

// resident reads VmRSS and VmHWM in MB (10^6 bytes).
func resident(pid int) (now, peak float64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			now = kb * 1024 / 1e6
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kb); n == 1 {
			peak = kb * 1024 / 1e6
		}
	}
	if now == 0 {
		return 0, 0, fmt.Errorf("process %d tells no VmRSS", pid)
	}
	return now, peak, nil
}
