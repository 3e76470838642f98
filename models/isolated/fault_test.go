package isolated_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/isolated"
)

func command(t testing.TB, arg string) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return []string{exe, arg}
}

// load makes a session of a troublesome model; its pauses are short.
func load(t testing.TB, model string, cfg isolated.Config, opts engine.Options) *isolated.Session {
	t.Helper()
	cfg.Command, cfg.Engine = command(t, "serve"), "trouble"
	if cfg.Pause == 0 {
		cfg.Pause = time.Nanosecond
	}
	e, err := isolated.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Load([]byte(model), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s.(*isolated.Session)
}

// answers runs a working call with its own numbers.
func answers(t *testing.T, s engine.Session, x float32) {
	t.Helper()
	if err := s.Inputs()[0].Set(engine.Of([]float32{x, 1, 2, 3})); err != nil {
		t.Fatal(err)
	}
	if err := s.Invoke(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Outputs()[0].Float32s(); err != nil || !slices.Equal(got, []float32{x, 1, 2, 3}) {
		t.Fatalf("%v, %v", got, err)
	}
}

// TestHugeTensors: what a child claims is bounded as a whole; on 32-bit machines the sum of its tensors would overflow.
func TestHugeTensors(t *testing.T) {
	e, err := isolated.Open(isolated.Config{Command: command(t, "serve"), Engine: "trouble"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Load([]byte("huge"), engine.Options{})
	if err == nil || !strings.Contains(err.Error(), "tensors of more than") {
		t.Errorf("session %v, %v", s, err)
	}
}

// TestTalkativeChild: what a child says of delegates ends up in every status, and is cut to what people read.
func TestTalkativeChild(t *testing.T) {
	s := load(t, "talk", isolated.Config{}, engine.Options{})
	if r := s.Report(); len(r.Reason) > 4096 || len(r.Walks) != 1 || len(r.Walks[0].Text) > 4096 || !strings.HasPrefix(r.Reason, "npu says no") {
		t.Errorf("reason of %d bytes, %d walks, text of %d", len(r.Reason), len(r.Walks), len(r.Walks[0].Text))
	}
}

// TestFalls: a child that goes wrong in a call costs this call; the error says what it was, the next call has a new
// child and the same tensors. The first call of a child has 30 s, so that only hangs meet the short limit.
func TestFalls(t *testing.T) {
	const short = 200 * time.Millisecond
	for name, c := range map[string]struct {
		model, says string
		limit       time.Duration
	}{
		"hang":              {"hang after 1", "no answer within 200ms", short},
		"busy hang":         {"spin after 1", "no answer within 200ms", short},
		"stopped":           {"stop after 1", "no answer within 200ms", short},
		"abort":             {"abort after 1", "signal: aborted", time.Hour},
		"SIGILL":            {"illegal after 1", "signal: illegal instruction", time.Hour},
		"SIGSEGV":           {"segfault after 1", "signal: segmentation fault", time.Hour},
		"killed":            {"kill after 1", "signal: killed", time.Hour},
		"exit":              {"exit after 1", "exit code 3", time.Hour},
		"exit as if well":   {"exit well after 1", "exit code 0", time.Hour},
		"exit with words":   {"words after 1", "exit code 3: driver: queue is full", time.Hour},
		"words in pieces":   {"pieces after 1", "exit code 2: fatal error: the queue is full: call was lost", time.Hour},
		"no end of words":   {"endless after 1", "exit code 2: panic: no end", time.Hour},
		"no thread":         {"threads after 1", "exit code 2: out of memory: runtime: failed to create new OS thread", time.Hour},
		"all of the memory": {"devour after 1", "out of memory", time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := load(t, c.model, isolated.Config{Limit: c.limit, Memory: 256 << 20}, engine.Options{})
			in := s.Inputs()[0]
			for range 2 {
				answers(t, s, 5)
				began := time.Now()
				err := s.Invoke()
				// A library that does not look at what it is given dies of the lack of memory without a word.
				mute := c.says == "out of memory" && strings.Contains(fmt.Sprint(err), "signal: segmentation fault")
				if !errors.Is(err, engine.ErrLost) || !strings.Contains(err.Error(), c.says) && !mute {
					t.Fatalf("%v: want %q", err, c.says)
				}
				if took := time.Since(began); c.limit == short && took < short {
					t.Errorf("given up after %s", took)
				}
				if &in.Data[0] != &s.Inputs()[0].Data[0] {
					t.Error("the tensors have moved")
				}
			}
		})
	}
}

// TestErrors: an error of the engine is an answer; the child lives on.
func TestErrors(t *testing.T) {
	s := load(t, "refuse after 1", isolated.Config{}, engine.Options{})
	answers(t, s, 1)
	for range 3 {
		if err := s.Invoke(); err == nil || errors.Is(err, engine.ErrLost) || err.Error() != "operator 3 refuses" {
			t.Fatal(err)
		}
	}
}

// TestLivesOn: what a child holds without using it survives its garbage collector.
func TestLivesOn(t *testing.T) {
	s := load(t, "collect", isolated.Config{}, engine.Options{})
	for i := range 20 {
		answers(t, s, float32(i))
	}
}

// TestLoads: what goes wrong before the first call is an error of Load or Open, in time.
func TestLoads(t *testing.T) {
	for name, c := range map[string]struct {
		engine, model, says string
		is                  error
	}{
		"hang":         {"trouble", "load hang", "not ready within 300ms, and killed", nil},
		"abort":        {"trouble", "load abort", "signal: aborted", nil},
		"SIGILL":       {"trouble", "load illegal", "signal: illegal instruction", nil},
		"exit":         {"trouble", "load exit well", "exit code 0", nil},
		"no model":     {"trouble", "load bad", "no such operator", engine.ErrModel},
		"no engine":    {"none", "", `engine "none"`, engine.ErrRuntime},
		"engine exits": {"exits", "", "exit code 7", nil},
		"engine hangs": {"hangs", "", "not ready within 300ms", nil},
	} {
		t.Run(name, func(t *testing.T) {
			limit := 300 * time.Millisecond
			if !strings.Contains(c.says, "300ms") {
				limit = 0
			}
			e, err := isolated.Open(isolated.Config{Command: command(t, "serve"), Engine: c.engine, Start: limit})
			if err == nil {
				_, err = e.Load([]byte(c.model), engine.Options{})
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v: want %q", err, c.says)
			}
		})
	}
	for name, cfg := range map[string]isolated.Config{
		"no command": {Engine: "trouble"}, "no engine": {Command: []string{"x"}}, "no program": {Command: []string{"/nowhere/x"}, Engine: "trouble"},
	} {
		if _, err := isolated.Open(cfg); err == nil {
			t.Errorf("%s: it opens", name)
		}
	}
}

// TestByHand: a person who starts a child learns that it is none.
func TestByHand(t *testing.T) {
	args := command(t, "serve")
	out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
	if err == nil || string(out) != "serve isolated model: only a parent can start this\n" {
		t.Errorf("%v: %q", err, out)
	}
}

// TestPause: a model that falls again and again is not started at once each time.
func TestPause(t *testing.T) {
	s := load(t, "exit", isolated.Config{Pause: time.Hour}, engine.Options{})
	if err := s.Invoke(); !errors.Is(err, engine.ErrLost) {
		t.Fatal(err)
	}
	if s.Pause() < 50*time.Minute {
		t.Errorf("the pause ends in %s", s.Pause())
	}
	began := time.Now()
	for range 100 {
		if err := s.Invoke(); !errors.Is(err, engine.ErrLost) || !strings.Contains(err.Error(), "next start in ") || !strings.Contains(err.Error(), "exit code 3") {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("100 calls in the pause took %s", took)
	}
}

// TestGivesUp: an accelerator that fell three times is left alone, and the model answers without it.
func TestGivesUp(t *testing.T) {
	s := load(t, "npu: abort", isolated.Config{}, engine.Options{Delegates: []string{"npu"}})
	for range 3 {
		if err := s.Invoke(); !errors.Is(err, engine.ErrLost) {
			t.Fatal(err)
		}
	}
	answers(t, s, 9)
	if r := s.Report(); r.Delegate != "none" || !strings.Contains(r.Reason, "npu: given up after 3 falls, the last: the process died: signal: aborted") {
		t.Errorf("report %+v", r)
	}
}

// TestOtherTypes: tensors that have become others keep their bytes and lose their meaning; no call goes to such a child.
func TestOtherTypes(t *testing.T) {
	s := load(t, "npu: abort"+integers, isolated.Config{}, engine.Options{Delegates: []string{"npu"}})
	for range 3 {
		if err := s.Invoke(); !errors.Is(err, engine.ErrLost) {
			t.Fatal(err)
		}
	}
	if err := s.Invoke(); !errors.Is(err, engine.ErrLost) || !strings.Contains(err.Error(), "the model's tensors are others than before") {
		t.Errorf("floats have become integers: %v", err)
	}
	if in := s.Inputs()[0]; in.Type != engine.Float32 {
		t.Errorf("the input is %v", in.Type)
	}
}

// TestCancel: a call without a limit in sight is ended from another goroutine.
func TestCancel(t *testing.T) {
	s := load(t, "hang after 1", isolated.Config{Limit: time.Hour}, engine.Options{})
	answers(t, s, 1)
	done := make(chan error)
	go func() { done <- s.Invoke() }()
	if err := s.Cancel(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, engine.ErrLost) || !strings.Contains(err.Error(), "cancelled") {
		t.Errorf("%v", err)
	}
	answers(t, s, 2)
}

// TestResident: a leak in the child is seen from here; a child that is gone holds nothing.
func TestResident(t *testing.T) {
	s := load(t, "grow after 1", isolated.Config{}, engine.Options{})
	answers(t, s, 1)
	before := s.Resident()
	for range 3 {
		answers(t, s, 2)
	}
	if after := s.Resident(); before == 0 || after < before+40<<20 || after > before+90<<20 {
		t.Errorf("48 MiB more: from %d to %d bytes", before, after)
	}
	if err := s.Cancel(); err != nil {
		t.Fatal(err)
	}
	if err := s.Invoke(); !errors.Is(err, engine.ErrLost) || s.Resident() != 0 {
		t.Errorf("dead: %d bytes, %v", s.Resident(), err)
	}
	answers(t, s, 3)
	if again := s.Resident(); again == 0 || again > before+40<<20 {
		t.Errorf("another child holds %d bytes, the first %d", again, before)
	}
}

// TestBare: a child holds nothing but the null device, its error output, two pipes and two pieces of memory.
func TestBare(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "/run/systemd/notify")
	file, err := os.Open("/etc/passwd") // ours, and nobody else's
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s := load(t, "list", isolated.Config{}, engine.Options{})
	err = s.Invoke()
	if err == nil {
		t.Fatal("no list")
	}
	files, rest, _ := strings.Cut(err.Error(), " dir=")
	if rest != "/ notify=" {
		t.Errorf("the child is in %q", rest)
	}
	counts := map[string]int{}
	for f := range strings.FieldsSeq(files) {
		if kind, _, _ := strings.Cut(f, ":["); kind != "(deleted)" && kind != "anon_inode" && !strings.HasPrefix(kind, "/sys/fs/cgroup/") {
			counts[kind]++ // the others are words of a name, and the Go runtime's own
		}
	}
	want := map[string]int{"/dev/null": 2, "pipe": 3, "/memfd:dunlin-model": 1, "/memfd:dunlin-tensors": 1}
	for f := range counts {
		if strings.HasPrefix(f, "/proc/") {
			delete(counts, f) // the list itself
		}
	}
	if !maps.Equal(counts, want) {
		t.Errorf("the child holds %v, want %v", counts, want)
	}
}

// TestLimit: what a session says before a call is no less than what the call then takes.
func TestLimit(t *testing.T) {
	const short = 200 * time.Millisecond
	s := load(t, "hang after 1", isolated.Config{Limit: short}, engine.Options{})
	if l := s.Limit(); l < 30*time.Second {
		t.Errorf("the first call has %s", l)
	}
	answers(t, s, 1)
	said, began := s.Limit(), time.Now()
	if said > time.Minute {
		t.Errorf("a call with a limit of %s has %s", short, said)
	}
	if err := s.Invoke(); !errors.Is(err, engine.ErrLost) || time.Since(began) < short {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
	if l := s.Limit(); l < time.Minute {
		t.Errorf("a call that starts a child has %s", l)
	}
}
