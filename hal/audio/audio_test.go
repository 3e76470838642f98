package audio_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/audio"
	"github.com/dunlin-iot/dunlin/hal/audio/audiotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var mono = []hal.Channel{{Name: "mic", Unit: "1"}}

// root is a folder with the card of audiotest in proc/asound.
func root(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, "proc", "asound")
	err := os.MkdirAll(at, 0o700)
	for name, text := range map[string]string{"cards": audiotest.Cards, "pcm": audiotest.PCMs} {
		err = errors.Join(err, os.WriteFile(filepath.Join(at, name), []byte(text), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// awake is a clock that has slept for a minute more than the card's.
type awake struct{ card *audiotest.Card }

func (a awake) Boot() time.Duration { return a.card.Monotonic() + time.Minute }
func (a awake) Wall() time.Time     { return time.Now() }

// microphone is a source on a card; change may set more.
func microphone(t testing.TB, card *audiotest.Card, change ...func(*audio.Config)) *audio.Source {
	t.Helper()
	cfg := audio.Config{Device: "hw:Mic,0", Root: root(t), Kernel: card, Clock: awake{card}}
	for _, c := range change {
		c(&cfg)
	}
	return audio.New(cfg)
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: mono,
		Endless:  func(t *testing.T) hal.Source { return microphone(t, audiotest.New(audiotest.Config{})) },
		Broken: func(t *testing.T) hal.Source {
			card := audiotest.New(audiotest.Config{Signal: func(frame int64, _ int) float64 { return float64(frame%7) / 100 }})
			return &broken{microphone(t, card), card}
		},
		Absent: func(t *testing.T) hal.Source {
			return microphone(t, audiotest.New(audiotest.Config{}), func(c *audio.Config) { c.Device = "hw:7,0" })
		},
	})
}

// broken is pulled out at its third block.
type broken struct {
	*audio.Source
	card *audiotest.Card
}

func (b *broken) Run(ctx context.Context, emit func(hal.Block)) error {
	n := 0
	return b.Source.Run(ctx, func(block hal.Block) {
		emit(block)
		if n++; n == 3 {
			b.card.Unplug()
		}
	})
}

// record runs a source until it has emitted n samples, or by itself to its end. each sees every block.
func record(t *testing.T, s *audio.Source, n int, each func(hal.Block)) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	return s.Run(ctx, func(b hal.Block) {
		if each != nil {
			each(b)
		}
		if n -= b.Samples(); n <= 0 {
			cancel()
		}
	})
}

// TestFormats: the same sound in every form that hardware has. 24 bits are -0.25 as 0xe00000.
func TestFormats(t *testing.T) {
	for f, number := range map[audio.Format]uint{audio.S16LE: 2, audio.S24LE: 6, audio.S32LE: 10, audio.S243LE: 32} {
		synctest.Test(t, func(t *testing.T) {
			card := audiotest.New(audiotest.Config{Formats: []uint{number}, Signal: func(frame int64, ch int) float64 {
				return []float64{-1, -0.25, 0, 0.5, 2}[(frame+int64(ch))%5] // 2 is more than the card can
			}})
			s := microphone(t, card, func(c *audio.Config) { c.Channels = 2 })
			full := float32(1 - math.Pow(2, -float64(map[uint]int{2: 15, 6: 23, 10: 31, 32: 23}[number])))
			var got []float32
			if err := record(t, s, 1000, func(b hal.Block) { got = append(got, b.Values...) }); err != nil {
				t.Fatal(err)
			}
			for i, v := range got {
				if want := []float32{-1, -0.25, 0, 0.5, full}[(i/2+i%2)%5]; v != want {
					t.Fatalf("%v: value %d is %v, want %v", f, i, v, want)
				}
			}
			if c := s.Channels(); len(c) != 2 || c[0].Name != "mic0" || c[1].Name != "mic1" {
				t.Errorf("channels %v", c)
			}
		})
	}
}

// TestTimes: frame number n was heard n periods of the card's own quartz after the start, on CLOCK_BOOTTIME.
func TestTimes(t *testing.T) {
	for name, cfg := range map[string]audiotest.Config{"exact": {}, "fast": {Speed: 1.002}, "slow and late": {Speed: 0.998, Delay: 160}} {
		synctest.Test(t, func(t *testing.T) {
			card := audiotest.New(cfg)
			s := microphone(t, card)
			speed := max(cfg.Speed, 0.0001)
			if cfg.Speed == 0 {
				speed = 1
			}
			frame, worst := 0, 0.0
			began := awake{card}.Boot()
			if err := record(t, s, 30*16000, func(b hal.Block) {
				want := began + time.Duration(float64(frame)/16000/speed*float64(time.Second))
				if frame > 5*16000 {
					worst = max(worst, math.Abs(float64(b.At-want)))
				}
				frame += b.Samples()
			}); err != nil {
				t.Fatal(err)
			}
			h := s.Health()
			if worst > float64(200*time.Microsecond) || math.Abs(float64(h.Rate)/(16000*speed)-1) > 2e-4 || h.Dropped+h.Gaps != 0 {
				t.Errorf("%s: times off by %v, health %+v", name, time.Duration(worst), h)
			}
		})
	}
}

// TestOverrun: a consumer that stops for three seconds loses what the buffer could not hold; all of it is counted.
func TestOverrun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		card := audiotest.New(audiotest.Config{})
		s := microphone(t, card)
		blocks, samples := 0, uint64(0)
		var gap hal.Block
		var mood string
		began := card.Monotonic()
		if err := record(t, s, 5*16000, func(b hal.Block) {
			if blocks++; blocks == 50 {
				time.Sleep(3 * time.Second)
			}
			if blocks > 1 && b.Discont {
				gap = b
			}
			if blocks == 60 {
				mood = s.Health().Reason
			}
			samples += uint64(b.Samples())
		}); err != nil {
			t.Fatal(err)
		}
		heard := uint64((card.Monotonic() - began).Seconds() * 16000)
		h := s.Health()
		if card.Overruns() != 1 || h.Gaps != 1 || gap.At == 0 {
			t.Errorf("%d overruns, %+v", card.Overruns(), h)
		}
		if total := samples + h.Dropped; h.Dropped < 40000 || total > heard+320 || total+320 < heard {
			t.Errorf("%d samples and %d dropped, %d were heard", samples, h.Dropped, heard)
		}
		if !strings.Contains(mood, "too slowly") {
			t.Errorf("mood %q", mood)
		}
	})
}

// TestSuspend: a card that slept goes on, by itself or started anew.
func TestSuspend(t *testing.T) {
	for name, resumes := range map[string]int{"resumes": 2, "cannot resume": -1} {
		synctest.Test(t, func(t *testing.T) {
			card := audiotest.New(audiotest.Config{})
			s := microphone(t, card)
			n, gaps := 0, 0
			if err := record(t, s, 16000, func(b hal.Block) {
				if n++; n == 10 {
					card.Suspend(resumes)
				}
				if n > 1 && b.Discont {
					gaps++
				}
			}); err != nil {
				t.Fatal(err)
			}
			if h := s.Health(); gaps != 1 || h.Dropped == 0 || h.State != hal.Starting {
				t.Errorf("%s: %d gaps, %+v", name, gaps, h)
			}
		})
	}
}

func TestBroken(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(*audiotest.Card)
		want  error
		text  string
	}{
		"pulled out": {(*audiotest.Card).Unplug, syscall.ENODEV, ""},
		"silent":     {(*audiotest.Card).Mute, nil, "no samples for 5 s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			card := audiotest.New(audiotest.Config{})
			n := 0
			err := record(t, microphone(t, card), 1<<30, func(hal.Block) {
				if n++; n == 5 {
					c.fault(card)
				}
			})
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestMoods: what a microphone that works would not give is passed on and told.
func TestMoods(t *testing.T) {
	for name, c := range map[string]struct {
		signal func(int64, int) float64
		want   string
	}{
		"clipped": {func(f int64, _ int) float64 { return 1.5 * math.Sin(float64(f)/10) }, "mic is clipped"},
		"muted":   {func(int64, int) float64 { return 0 }, "mic gives one value only"},
		"well":    {func(f int64, _ int) float64 { return 0.99 * math.Sin(float64(f)/10) }, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := microphone(t, audiotest.New(audiotest.Config{Signal: c.signal}))
			var last hal.Health
			if err := record(t, s, 12*16000, func(hal.Block) { last = s.Health() }); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(last.Reason, c.want) || (last.State == hal.Degraded) != (c.want != "") || last.Skipped != 0 {
				t.Errorf("%s: %+v", name, last)
			}
		})
	}
}
