package process_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var channels = []hal.Channel{{Name: "x", Unit: "m/s2"}, {Name: "y", Unit: "1"}}

// sh is a source that runs a shell script.
func sh(script string) *process.Source {
	return process.New(process.Config{Command: []string{"/bin/sh", "-c", script}, Channels: channels, Rate: 100})
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Endless: func(*testing.T) hal.Source { return sh("while :; do echo 1 2; sleep 0.01; done") },
		Broken:  func(*testing.T) hal.Source { return sh("echo 1 2; echo out of order >&2; exit 3") },
		Absent: func(*testing.T) hal.Source {
			return process.New(process.Config{Command: []string{"/no/such/program"}, Channels: channels})
		},
		Channels: channels,
	})
}

// values runs a script to its end and returns what it emitted.
func values(t *testing.T, script string) (got []float32, discont int, src *process.Source, err error) {
	t.Helper()
	src = sh(script)
	err = src.Run(t.Context(), func(b hal.Block) {
		got = append(got, b.Values...)
		if b.Discont {
			discont++
		}
	})
	return got, discont, src, err
}

func TestLines(t *testing.T) {
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		out     string
		want    []float32
		skipped uint64
		discont int
	}{
		"spaces":          {`1 2\n3 4\n`, []float32{1, 2, 3, 4}, 0, 1},
		"commas":          {`1,2\n 3 , 4 \n`, []float32{1, 2, 3, 4}, 0, 1},
		"tabs and CRLF":   {`1\t2\r\n3;4\r\n`, []float32{1, 2, 3, 4}, 0, 1},
		"missing":         {`nan 2\n`, []float32{nan, 2}, 0, 1},
		"comments":        {`# x y\n\n1 2\n`, []float32{1, 2}, 0, 1},
		"exponent":        {`-1e-3 +2.5E2\n`, []float32{-1e-3, 250}, 0, 1},
		"words":           {`1 2\nhello world\n3 4\n`, []float32{1, 2, 3, 4}, 1, 2},
		"too few":         {`1 2\n5\n3 4\n`, []float32{1, 2, 3, 4}, 1, 2},
		"too many":        {`1 2\n5 6 7\n3 4\n`, []float32{1, 2, 3, 4}, 1, 2},
		"inf and hex":     {`inf 2\n0x10 2\n3 4\n`, []float32{3, 4}, 2, 1},
		"beyond float32":  {`1e39 2\n3 4\n`, []float32{3, 4}, 1, 1},
		"half a last one": {`1 2\n3 4`, []float32{1, 2}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, discont, src, err := values(t, "printf -- '"+c.out+"'")
			if err == nil {
				t.Error("a program that ended is no error")
			}
			if !slices.EqualFunc(got, c.want, same) {
				t.Errorf("values %v, want %v", got, c.want)
			}
			if h := src.Health(); h.Skipped != c.skipped || discont != c.discont {
				t.Errorf("%d lines skipped, %d breaks; want %d and %d", h.Skipped, discont, c.skipped, c.discont)
			}
		})
	}
}

func same(a, b float32) bool { return a == b || a != a && b != b }

func TestLongLine(t *testing.T) {
	got, discont, src, _ := values(t, "echo 1 2; head -c 100000 /dev/zero | tr '\\0' 7; echo; echo 3 4")
	if !slices.Equal(got, []float32{1, 2, 3, 4}) || discont != 2 || src.Health().Skipped != 1 {
		t.Errorf("values %v, %d breaks, %d skipped", got, discont, src.Health().Skipped)
	}
}

func TestLastWords(t *testing.T) {
	_, _, src, err := values(t, "echo 1 2; echo warming up >&2; echo 'bus gone' >&2; exit 3")
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.HasSuffix(err.Error(), "bus gone") {
		t.Errorf("error %v, want exit status 3 and the last line of standard error", err)
	}
	if h := src.Health(); h.State != hal.Failed || !strings.Contains(h.Reason, "bus gone") {
		t.Errorf("health %+v", h)
	}
}

// TestLastWordsSteerNoTerminal: what a program says is shown to people on theirs.
func TestLastWordsSteerNoTerminal(t *testing.T) {
	_, _, _, err := values(t, `printf '\033[2J\033]0;x\007no s\303\251nsor\377\302\205\r' >&2; exit 3`)
	if err == nil || !strings.HasSuffix(err.Error(), "no sénsor?") || strings.ContainsAny(err.Error(), "\x1b\a\r\u0085") {
		t.Errorf("error %q", err)
	}
}

// TestNotStarted: what is there and cannot be run is absent, with its mend.
func TestNotStarted(t *testing.T) {
	for _, c := range []struct {
		name, text, fix string
		mode            os.FileMode
	}{
		{"plain file", "#!/bin/sh\n", "chmod a+rx", 0o644},
		{"no first line", "echo 1 2\n", "#!/bin/sh", 0o755},
	} {
		file := filepath.Join(t.TempDir(), "gauge")
		if err := os.WriteFile(file, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		var gone *hal.AbsentError
		err := process.New(process.Config{Command: []string{file}, Channels: channels}).Run(t.Context(), func(hal.Block) {})
		if !errors.As(err, &gone) || !strings.Contains(gone.Fix, c.fix) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestStrangerDoesNotKeepUs: one that left the program's group and holds its output and its standard error may live on; Run
// returns within the second that the supervisor gives to all sources.
func TestStrangerDoesNotKeepUs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	src := process.New(process.Config{
		Command:  []string{"/bin/sh", "-c", `setsid sh -c 'while :; do echo 1 2; sleep 0.05; done' & exit 0`},
		Channels: channels, Grace: 50 * time.Millisecond,
	})
	var stopped time.Time
	if err := src.Run(ctx, func(hal.Block) {
		if stopped.IsZero() {
			stopped = time.Now()
		}
		cancel()
	}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(stopped); took >= time.Second {
		t.Errorf("it took %s to stop", took)
	}
}

// TestWholeGroupEnds: a shell's children must not outlive the agent's interest in them, even when they ignore SIGTERM.
func TestWholeGroupEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	script := fmt.Sprintf(`sh -c 'trap "" TERM; echo $$ > %s; echo 1 2; while :; do sleep 0.05; done' & wait`, file)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	src := process.New(process.Config{Command: []string{"/bin/sh", "-c", script}, Channels: channels, Grace: 50 * time.Millisecond})
	if err := src.Run(ctx, func(hal.Block) { cancel() }); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for !gone(pid) { // killed, but its new parent may not have reaped it yet
		if t.Context().Err() != nil {
			t.Fatal("grandchild still runs")
		}
	}
}

// gone reports whether a process has ended, reaped or not.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z") || syscall.Kill(pid, 0) != nil
}

// TestEdges: a thousand bad lines are two log lines.
func TestEdges(t *testing.T) {
	var log strings.Builder
	src := process.New(process.Config{
		Command:  []string{"/bin/sh", "-c", "yes bad | head -1000; echo 1 2"},
		Channels: channels, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err := src.Run(t.Context(), func(hal.Block) {}); err == nil {
		t.Error("a program that ended is no error")
	}
	if n := strings.Count(log.String(), "\n"); n != 2 || !strings.Contains(log.String(), "skipped=1000") {
		t.Errorf("%d log lines, want the two edges:\n%s", n, log.String())
	}
	if src.Health().Skipped != 1000 {
		t.Errorf("%d skipped", src.Health().Skipped)
	}
}

// TestSilence: a program that was silent for long has missed samples.
func TestSilence(t *testing.T) {
	var c steps
	src := process.New(process.Config{Command: []string{"/bin/sh", "-c", "echo 1 2; sleep 0.05; echo 3 4; sleep 0.05; echo 5 6"}, Channels: channels, Rate: 10, Clock: &c})
	var discont []bool
	if err := src.Run(t.Context(), func(b hal.Block) {
		discont = append(discont, b.Discont)
		c.now += 10 * time.Second
		if len(discont) == 2 {
			c.now -= 9900 * time.Millisecond
		}
	}); err == nil {
		t.Error("a program that ended is no error")
	}
	if !slices.Equal(discont, []bool{true, true, false}) {
		t.Errorf("breaks %v, want one after the silence of 10 s and none after 100 ms", discont)
	}
}

// steps is a clock that moves when the test says so; all calls come from Run's goroutine.
type steps struct{ now time.Duration }

func (s *steps) Boot() time.Duration { return s.now }
func (s *steps) Wall() time.Time     { return time.Unix(0, 0) }
