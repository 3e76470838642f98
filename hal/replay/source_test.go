package replay_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/replay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var channels = []hal.Channel{{Name: "x", Unit: "m/s2"}, {Name: "y", Unit: "1"}}

const head = "# rate_hz: 10\n# label: walking\nt[s],x[m/s2],y[1]\n"

// write makes files in a new folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func one(t *testing.T, text string) string {
	return filepath.Join(write(t, map[string]string{"a.csv": text}), "a.csv")
}

func TestContract(t *testing.T) {
	const rows = head + "0,1,2\n0.1,3,4\n0.2,5,6\n"
	haltest.Run(t, haltest.Subject{
		Endless: func(t *testing.T) hal.Source {
			return replay.New(replay.Config{File: one(t, rows), Speed: 20, Loop: true})
		},
		Finite: func(t *testing.T) hal.Source { return replay.New(replay.Config{File: one(t, rows), Speed: 0}) },
		Broken: func(t *testing.T) hal.Source {
			return replay.New(replay.Config{File: write(t, map[string]string{"a.csv": rows, "b.csv": head + "0,1\n"})})
		},
		Absent: func(t *testing.T) hal.Source {
			return replay.New(replay.Config{File: filepath.Join(t.TempDir(), "none.csv")})
		},
		Channels: channels,
	})
}

// bubble is the clock of a synctest bubble: it shows the bubble's own time.
type bubble struct{ began time.Time }

func (b bubble) Boot() time.Duration { return time.Since(b.began) }
func (b bubble) Wall() time.Time     { return time.Now() }

// TestPace: an hour of samples takes an hour, however long each emit takes, and every block comes when its last sample
// is due.
func TestPace(t *testing.T) {
	var text strings.Builder
	text.WriteString("# rate_hz: 100\nx[m/s2],y[1]\n")
	const samples = 60_000
	for range samples {
		text.WriteString("1,2\n")
	}
	file := one(t, text.String())
	for _, c := range []struct {
		name  string
		speed float64
		want  time.Duration
	}{{"real time", 1, 10 * time.Minute}, {"four times", 4, 150 * time.Second}, {"a half", 0.5, 20 * time.Minute}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clk := bubble{time.Now()}
				src := replay.New(replay.Config{File: file, Speed: c.speed, Block: 7, Clock: clk})
				n := 0
				err := src.Run(t.Context(), func(b hal.Block) {
					n += b.Samples()
					due := b.At + time.Duration(b.Samples()-1)*b.Period
					if late := clk.Boot() - due; late < 0 || late > b.Period {
						t.Fatalf("sample %d came %v after it was due", n, late)
					}
					time.Sleep(b.Period / 2) // an emit that takes its time must not add up
				})
				if !errors.Is(err, hal.End) || n != samples {
					t.Fatalf("%d samples, %v", n, err)
				}
				if took := clk.Boot(); took < c.want-time.Second || took > c.want+time.Second {
					t.Errorf("took %v, want %v", took, c.want)
				}
			})
		})
	}
}

// TestCatchesUp: an emit that was held up for long does not push later samples back.
func TestCatchesUp(t *testing.T) {
	file := one(t, "# rate_hz: 10\nx[m/s2]\n"+strings.Repeat("1\n", 100))
	synctest.Test(t, func(t *testing.T) {
		clk := bubble{time.Now()}
		n := 0
		if err := replay.New(replay.Config{File: file, Speed: 1, Clock: clk}).Run(t.Context(), func(hal.Block) {
			if n++; n == 20 {
				time.Sleep(3 * time.Second)
			}
		}); !errors.Is(err, hal.End) {
			t.Fatal(err)
		}
		if took := clk.Boot(); took != 9900*time.Millisecond {
			t.Errorf("took %v, want 9.9 s", took)
		}
	})
}

type seen struct {
	at      time.Duration
	samples int
	discont bool
}

// play runs a finite source as fast as possible.
func play(t *testing.T, cfg replay.Config) (blocks []seen, recs []replay.Recording, err error) {
	t.Helper()
	cfg.Clock = fixed{}
	cfg.OnRecording = func(r replay.Recording) { recs = append(recs, r) }
	err = replay.New(cfg).Run(t.Context(), func(b hal.Block) {
		blocks = append(blocks, seen{b.At, b.Samples(), b.Discont})
	})
	return blocks, recs, err
}

type fixed struct{}

func (fixed) Boot() time.Duration { return time.Hour }
func (fixed) Wall() time.Time     { return time.Unix(0, 0) }

func TestRecordings(t *testing.T) {
	dir := write(t, map[string]string{
		"b.csv":  "# rate_hz: 10\n# label: running\nt[s],x[m/s2],y[1]\n5,1,1\n5.1,2,2\n",
		"a.csv":  head + "0,1,1\n0.1,2,2\n0.2,3,3\n",
		"no.txt": "not a recording",
	})
	blocks, recs, err := play(t, replay.Config{File: dir, Block: 2})
	if !errors.Is(err, hal.End) {
		t.Fatal(err)
	}
	ms := time.Millisecond
	if want := []seen{{time.Hour, 2, true}, {time.Hour + 200*ms, 1, false}, {time.Hour + 300*ms, 2, true}}; !slices.Equal(blocks, want) {
		t.Errorf("blocks %v, want %v", blocks, want)
	}
	if want := []replay.Recording{{0, "a", "walking", time.Hour, 3}, {1, "b", "running", time.Hour + 300*ms, 2}}; !slices.Equal(recs, want) {
		t.Errorf("recordings %v, want %v", recs, want)
	}
}

// TestColumns: rows that name their recording break where the name changes; a label alone breaks nothing.
func TestColumns(t *testing.T) {
	file := one(t, "# rate_hz: 10\nt[s],x[m/s2],label,recording\n0,1,sit,r1\n0.1,2,sit,r1\n0.2,3,stand,r1\n0,4,stand,r2\n")
	blocks, recs, err := play(t, replay.Config{File: file, Block: 8})
	if !errors.Is(err, hal.End) {
		t.Fatal(err)
	}
	ms := time.Millisecond
	if want := []seen{{time.Hour, 2, true}, {time.Hour + 200*ms, 1, false}, {time.Hour + 300*ms, 1, true}}; !slices.Equal(blocks, want) {
		t.Errorf("blocks %v, want %v", blocks, want)
	}
	want := []replay.Recording{{0, "r1", "sit", time.Hour, 2}, {1, "r1", "stand", time.Hour + 200*ms, 1}, {2, "r2", "stand", time.Hour + 300*ms, 1}}
	if !slices.Equal(recs, want) {
		t.Errorf("recordings %v, want %v", recs, want)
	}
}

// TestGap: time that jumps in the recording is time that jumps in the blocks, and a break. The rate comes from the rows.
func TestGap(t *testing.T) {
	file := one(t, "t[ms],x[m/s2]\n0,1\n100,2\n201,3\n700,4\n800,5\n")
	blocks, recs, err := play(t, replay.Config{File: file, Block: 8})
	if !errors.Is(err, hal.End) || len(recs) != 1 {
		t.Fatal(recs, err)
	}
	ms := time.Millisecond
	if want := []seen{{time.Hour, 3, true}, {time.Hour + 699*ms, 2, true}}; !slices.Equal(blocks, want) {
		t.Errorf("blocks %v, want %v", blocks, want)
	}
}

func TestRefusesToPlay(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no rate":       {"x[1]\n1\n", "no rate"},
		"no time":       {"# rate_hz: none\nx[1]\n1\n", "no column says when"},
		"same time":     {door + "9.000001,1\n", ":8:1: time goes"},
		"no rows":       {"# rate_hz: 1\nx[1]\n", "no rows"},
		"back in time":  {head + "0.1,1,1\n0.0,1,1\n", ":5:1: time goes"},
		"wrong rate":    {"# rate_hz: 10\nt[s],x[1]\n0,1\n0.01,1\n", "set rate_hz right"},
		"wrong at last": {head + "0,1,1\n0.1,1,oops\n", `a.csv:5:7: "oops" is not a number`},
	} {
		t.Run(name, func(t *testing.T) {
			blocks, _, err := play(t, replay.Config{File: one(t, c.text)})
			if err == nil || !strings.Contains(err.Error(), c.want) || len(blocks) != 0 {
				t.Errorf("%d blocks, error %v, want %q before any block", len(blocks), err, c.want)
			}
		})
	}
	if _, _, err := play(t, replay.Config{File: one(t, head), Speed: -1}); err == nil || !strings.Contains(err.Error(), "speed") {
		t.Errorf("speed -1: %v", err)
	}
	dir := write(t, map[string]string{"a.csv": head + "0,1,1\n", "b.csv": "# rate_hz: 10\nz[1]\n1\n"})
	if _, _, err := play(t, replay.Config{File: dir}); err == nil || !strings.Contains(err.Error(), "other channels") {
		t.Errorf("other channels: %v", err)
	}
	var gone *hal.AbsentError
	if _, _, err := play(t, replay.Config{File: t.TempDir()}); !errors.As(err, &gone) {
		t.Errorf("empty folder: %v, want absence", err)
	}
}

// TestTheRecordings: what is in the repository plays as its README says.
func TestTheRecordings(t *testing.T) {
	blocks, recs, err := play(t, replay.Config{File: "../../testdata/recordings"})
	if !errors.Is(err, hal.End) || len(recs) != 40 {
		t.Fatalf("%d recordings, %v", len(recs), err)
	}
	samples, breaks := 0, 0
	for _, b := range blocks {
		samples += b.samples
		if b.discont {
			breaks++
		}
	}
	if samples != 4000 || breaks != 40 {
		t.Errorf("%d samples with %d breaks, want 4000 with 40", samples, breaks)
	}
	labels := map[string]int{}
	for _, r := range recs {
		labels[r.Label]++
	}
	if len(labels) != 4 || labels["walking"] != 10 {
		t.Errorf("labels %v", labels)
	}
}

func TestLoop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var recs []replay.Recording
	src := replay.New(replay.Config{File: one(t, head+"0,1,1\n0.1,1,1\n"), Loop: true, OnRecording: func(r replay.Recording) {
		if recs = append(recs, r); len(recs) == 3 {
			cancel()
		}
	}})
	gaps := 0
	if err := src.Run(ctx, func(b hal.Block) {
		if b.Discont {
			gaps++
		}
	}); err != nil {
		t.Fatal(err)
	}
	if recs[2].Index != 2 || recs[2].At-recs[1].At != 200*time.Millisecond || gaps != 2 {
		t.Errorf("recordings %v, %d breaks", recs, gaps)
	}
}
