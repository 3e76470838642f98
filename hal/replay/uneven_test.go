package replay_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/replay"
)

// door opened and closed at four moments; before the third somebody may have passed unseen.
const door = "# rate_hz: none\nt[s],open[1]\n2,1\n2.5,0\n# gap\n9,1\n9.000001,0\n"

func TestContractOfUnevenRecordings(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Endless: func(t *testing.T) hal.Source {
			return replay.New(replay.Config{File: one(t, door), Speed: 100, Loop: true})
		},
		Finite: func(t *testing.T) hal.Source { return replay.New(replay.Config{File: one(t, door), Speed: 0}) },
		Broken: func(t *testing.T) hal.Source {
			return replay.New(replay.Config{File: write(t, map[string]string{"a.csv": door, "b.csv": door + "9.5,x\n"})})
		},
		Absent: func(t *testing.T) hal.Source {
			return replay.New(replay.Config{File: t.TempDir() + "/none.csv"})
		},
		Channels: []hal.Channel{{Name: "open", Unit: "1"}},
	})
}

// TestOwnTimes: every sample comes at its own time, alone, and is discontinuous where the recording is. The next
// recording follows the last sample as far as that one followed the one before.
func TestOwnTimes(t *testing.T) {
	dir := write(t, map[string]string{"a.csv": door, "b.csv": "# rate_hz: none\nt[s],open[1]\n7,1\n", "c.csv": "# rate_hz: 10\nopen[1]\n1\n0\n"})
	s, ms, us := time.Second, time.Millisecond, time.Microsecond
	for speed, want := range map[float64][]seen{
		0: {{0, 1, true}, {500 * ms, 1, false}, {7 * s, 1, true}, {7*s + us, 1, false}, {7*s + 2*us, 1, true}, {8*s + 2*us, 2, true}},
		1: {{0, 1, true}, {500 * ms, 1, false}, {7 * s, 1, true}, {7*s + us, 1, false}, {7*s + 2*us, 1, true}, {8*s + 2*us, 1, true}, {8*s + 100*ms + 2*us, 1, false}},
		2: {{0, 1, true}, {250 * ms, 1, false}, {3500 * ms, 1, true}, {3500*ms + us/2, 1, false}, {3500*ms + us, 1, true}, {4*s + us, 1, true}, {4*s + 50*ms + us, 1, false}},
	} {
		synctest.Test(t, func(t *testing.T) {
			clk := bubble{time.Now()}
			var got []seen
			err := replay.New(replay.Config{File: dir, Speed: speed, Clock: clk}).Run(t.Context(), func(b hal.Block) {
				got = append(got, seen{b.At, b.Samples(), b.Discont})
				if due := b.At + time.Duration(b.Samples()-1)*b.Period; speed > 0 && clk.Boot() != due {
					t.Errorf("at %v, and due at %v", clk.Boot(), due)
				}
			})
			if !errors.Is(err, hal.End) || !slices.EqualFunc(got, want, near) {
				t.Errorf("speed %g: %v, %v, want %v", speed, got, err, want)
			}
		})
	}
}

// near allows for the rounding of decimal seconds.
func near(a, b seen) bool {
	off := a.at - b.at
	return a.samples == b.samples && a.discont == b.discont && off > -10 && off < 10
}

func TestLabelsInAnUnevenRecording(t *testing.T) {
	text := "# rate_hz: none\nt[s],open[1],label,recording\n0,1,day,a\n1,0,night,a\n3,1,night,b\n3.5,1,night,b\n"
	blocks, recs, err := play(t, replay.Config{File: one(t, text)})
	s := time.Second
	want := []seen{{time.Hour, 1, true}, {time.Hour + s, 1, false}, {time.Hour + 2*s, 1, true}, {time.Hour + 2500*time.Millisecond, 1, false}}
	if !errors.Is(err, hal.End) || !slices.EqualFunc(blocks, want, near) || len(recs) != 3 {
		t.Errorf("%v, %v, %v", blocks, recs, err)
	}
}

// TestGapLine: in a recording with a rate it stands for a break of unknown length.
func TestGapLine(t *testing.T) {
	blocks, _, err := play(t, replay.Config{File: one(t, "# rate_hz: 10\nx[1]\n1\n2\n# gap\n# a remark\n3\n#gap\n4\n"), Block: 8})
	if want := []seen{{time.Hour, 2, true}, {time.Hour + 200*time.Millisecond, 2, true}}; !errors.Is(err, hal.End) || !slices.Equal(blocks, want) {
		t.Errorf("%v, %v, want %v", blocks, err, want)
	}
}
