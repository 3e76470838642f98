package lines_test

import (
	"io"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/lines"
)

// standing is a clock that moves by one step for each reading.
type standing struct{ now, step time.Duration }

func (s *standing) Boot() time.Duration {
	s.now += s.step
	return s.now
}
func (s *standing) Wall() time.Time { return time.Unix(0, 0) }

func reader(channels int, joined bool, emit func(hal.Block)) (*lines.Reader, *hal.Pulse) {
	c := &standing{step: time.Millisecond}
	p := hal.NewPulse(c)
	p.Begin()
	return lines.New(lines.Config{
		Channels: channels, Joined: joined, Pulse: p, Emit: emit, Clock: c, Logger: slog.New(slog.DiscardHandler),
	}), p
}

// TestJoined: a text that is joined in its midst begins with what may be half a number.
func TestJoined(t *testing.T) {
	for _, c := range []struct {
		joined bool
		text   string
		want   []float32
		skips  uint64
	}{
		{false, "0.5 2\n3 4\n", []float32{0.5, 2, 3, 4}, 0},
		{true, "0.5 2\n3 4\n", []float32{3, 4}, 0},
		{true, "\n3 4\n", []float32{3, 4}, 0},
		{true, strings.Repeat("7", 40000) + " 1\n3 4\n", []float32{3, 4}, 1}, // more than half of any line
		{true, strings.Repeat("7", 40000), nil, 1},                           // as a line at a wrong rate sounds: told before it ends
	} {
		var got []float32
		r, p := reader(2, c.joined, func(b hal.Block) { got = append(got, b.Values...) })
		if err := r.Read(strings.NewReader(c.text)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, c.want) || p.Health().Skipped != c.skips {
			t.Errorf("joined %v, %.20q: %v, %d skipped; want %v", c.joined, c.text, got, p.Health().Skipped, c.want)
		}
	}
}

// TestTakingTurns: where good and bad lines take turns the trouble is one, in the log and in the health, until all has
// been well for a second.
func TestTakingTurns(t *testing.T) {
	var log strings.Builder
	c := &standing{step: time.Millisecond}
	p := hal.NewPulse(c)
	p.Begin()
	n := 0
	r := lines.New(lines.Config{
		Channels: 1, Pulse: p, Emit: func(b hal.Block) { n += b.Samples() }, Clock: c, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	for _, step := range []struct {
		text  string
		logs  int
		state hal.State
	}{
		{strings.Repeat("1\nx\n", 1000), 1, hal.Degraded}, // 3 s
		{"2\n", 1, hal.Degraded},
		{strings.Repeat("3\n", 1500), 2, hal.Running}, // at 1 ms each
	} {
		if err := r.Read(strings.NewReader(step.text)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(log.String(), "\n"); got != step.logs || p.Health().State != step.state {
			t.Errorf("after %.10q: %d log lines and %v, want %d and %v", step.text, got, p.Health().State, step.logs, step.state)
		}
	}
	if h := p.Health(); n != 2501 || h.Skipped != 1000 || !strings.Contains(log.String(), "skipped=1000") {
		t.Errorf("%d samples, %d skipped:\n%.500s", n, h.Skipped, log.String())
	}
}

func TestErrorOfTheTextIsReturned(t *testing.T) {
	n := 0
	r, _ := reader(1, false, func(b hal.Block) { n += b.Samples() })
	err := r.Read(io.MultiReader(strings.NewReader("1\n2\n"), iotest.ErrReader(io.ErrClosedPipe)))
	if err != io.ErrClosedPipe || n != 2 {
		t.Errorf("%v after %d samples", err, n)
	}
}

// TestCostsNothingWhileAllIsWell: a line of numbers makes no garbage.
func TestCostsNothingWhileAllIsWell(t *testing.T) {
	dst, line := make([]float32, 0, 3), []byte("1.25, -3e-2; nan\r\n")
	if n := testing.AllocsPerRun(100, func() {
		if _, what := lines.Parse(dst, line, 3); what != "" {
			t.Fatal(what)
		}
	}); n != 0 {
		t.Errorf("%v allocations per line", n)
	}
}

// FuzzParse: what is accepted has exactly as many numbers as there are channels, or none, and a line that is refused
// says why.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1 2", "1,2\r", "# 1 2", "nan NaN", "1 2 3", "\x00\xff", "1e99 1", "", ";;;", "+ -"} {
		f.Add([]byte(s), 2)
	}
	f.Fuzz(func(t *testing.T, line []byte, channels int) {
		channels = 1 + channels&7
		before := []float32{42}
		got, what := lines.Parse(before, line, channels)
		if got[0] != 42 {
			t.Error("what stood before is gone")
		}
		if n := len(got) - 1; what == "" && n != 0 && n != channels || n > channels {
			t.Errorf("%d numbers of %d channels: %q", n, channels, what)
		}
		for _, v := range got {
			if math.IsInf(float64(v), 0) {
				t.Errorf("infinity out of %q", line)
			}
		}
	})
}

// FuzzReader feeds any bytes in pieces of any size.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"1 2\n", "1,2\r\n#\n\n", "nan nan\nx\n3 4", "1 2 3\n", "\x00\xff\n", "1e99 1\n"} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, joined bool) {
		total := uint64(0)
		r, p := reader(2, joined, func(b hal.Block) {
			total += uint64(b.Samples())
			if b.Channels != 2 || len(b.Values) != 2*b.Samples() {
				t.Errorf("block of %d channels with %d values", b.Channels, len(b.Values))
			}
		})
		if err := r.Read(iotest.OneByteReader(strings.NewReader(string(text)))); err != nil {
			t.Error(err)
		}
		r.Close()
		if h := p.Health(); h.Samples != total || total+h.Skipped > uint64(strings.Count(string(text), "\n"))+1 {
			t.Errorf("%d samples emitted; health %+v", total, h)
		}
	})
}
