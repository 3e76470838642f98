package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/dunlin-iot/dunlin/agent"
)

func sampleStatus(at agent.Micros, windows uint64) agent.Status {
	return agent.Status{
		Agent: "0.1.0", Device: "pump-17", Boot: 3, Now: at, Uptime: at,
		Sources: []agent.SourceStatus{{Name: "imu", What: "replay motions.csv", State: agent.Running, Samples: 500, Gaps: 1, Skipped: 2, Dropped: 3, Rate: 104.26, Jitter: 180}},
		Pipelines: []agent.PipelineStatus{
			{
				Name: "activity", Source: "imu", Model: "motions", Version: "1", Engine: "tflite 2.21.0 xnnpack(6/7)", State: agent.Running,
				Windows: windows, Last: &agent.DecisionStatus{Label: "walking", Score: 0.987}, Invoke: agent.LatencyStatus{P50: 4.25, P99: 11},
				Swap: &agent.SwapStatus{
					Model: "motions@3", State: "trial", Attempt: 1, Attempts: 3, Windows: 120, P95: 6.5, Former: 5.25, Note: "decisions pause during the swap",
					Last: "motions@2", LastState: "reverted", LastInstead: "motions@1", LastReason: "3 of 120 windows failed",
				},
			},
			{Name: "sound", Source: "mic", Model: "keywords", Version: "2", State: agent.Absent, Reason: "model keywords@2 is absent"},
		},
		Streams:  []agent.StreamStatus{{Name: "results", Class: "normal", Head: 90, Low: 81, Waiting: 10, Bytes: 420}},
		Uplink:   &agent.UplinkStatus{State: "waiting", URL: "mqtt://hub:1883", Reason: "connection refused"},
		Warnings: []string{"unsigned bundles are allowed"},
		Ledger:   []agent.LedgerEntry{{Owner: "source/imu", Cause: "ring_overrun", Total: 7}},
	}
}

func TestStatusTable(t *testing.T) {
	var b bytes.Buffer
	if err := writeStatus(&b, sampleStatus(5_000_000, 20)); err != nil {
		t.Fatal(err)
	}
	goldenText(t, "testdata/status.golden", b.String())
}

func TestTopPage(t *testing.T) {
	var p tea.Model = topPage{}
	if got := p.(topPage).text(); got != "waiting for the daemon" {
		t.Errorf("page without a status: %q", got)
	}
	for _, msg := range []tea.Msg{tea.WindowSizeMsg{Width: 100, Height: 40}, sampleStatus(5_000_000, 20), sampleStatus(7_000_000, 24)} {
		p, _ = p.Update(msg)
	}
	goldenText(t, "testdata/top.golden", p.(topPage).text()+"\n")
	_, cmd := p.Update(tea.KeyPressMsg{Code: 'q', Text: "q"})
	if cmd == nil {
		t.Fatal("q does not end the page")
	}
	if _, quit := cmd().(tea.QuitMsg); !quit {
		t.Errorf("q leads to %T, want an end", cmd())
	}
}

func TestTopPageFitsItsWindow(t *testing.T) {
	var p tea.Model = topPage{}
	for _, msg := range []tea.Msg{tea.WindowSizeMsg{Width: 30, Height: 8}, sampleStatus(5_000_000, 20)} {
		p, _ = p.Update(msg)
	}
	lines := strings.Split(p.(topPage).text(), "\n")
	if len(lines) > 8 {
		t.Errorf("%d lines in a window of 8", len(lines))
	}
	for _, l := range lines {
		if len([]rune(l)) > 30 {
			t.Errorf("line of %d in a window of 30: %q", len([]rune(l)), l)
		}
	}
}

func TestTopLines(t *testing.T) {
	var out bytes.Buffer
	a := newApp(nil, &out, nil)
	if err := a.topLines(sampleStatus(5_000_000, 20)); err != nil {
		t.Fatal(err)
	}
	want := "5s activity running decision=walking score=0.987 windows=20 p50=4.2 us p99=11.0 us waiting=10 uplink=waiting trial=motions@3\n" +
		"5s sound absent decision=- score=- windows=0 p50=- p99=- waiting=10 uplink=waiting\n"
	if out.String() != want {
		t.Errorf("lines:\n%swant\n%s", out.String(), want)
	}
}

// TestForeignTextCannotMoveTheCursor: labels and reasons come from files and programs.
func TestForeignTextCannotMoveTheCursor(t *testing.T) {
	s := sampleStatus(1, 1)
	s.Pipelines[0].Last.Label = "evil\x1b[2J\nlabel"
	var b bytes.Buffer
	if err := writeStatus(&b, s); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "\x1b") || strings.Contains(b.String(), "\nlabel") {
		t.Errorf("control characters came through: %q", b.String())
	}
}

func goldenText(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; look at the new text, then run with UPDATE_SCRIPTS=1", err)
	}
	if got != string(want) {
		t.Errorf("%s differs\n--- got\n%s--- want\n%s", file, got, want)
	}
}
