package gpio_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/hal/gpio/gpiotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
)

const chip = "gpiochip0"

func pi() gpio.ChipInfo {
	c := gpiotest.Chip(chip, "pinctrl-bcm2711", 58, map[int]string{4: "GPIO4", 17: "GPIO17"})
	c.Lines[8].Used, c.Lines[8].Consumer = true, "spi0 CS0"
	return c
}

func TestContract(t *testing.T) {
	channels := map[gpio.Mode][]hal.Channel{
		gpio.Level:   {{Name: "level", Unit: "1"}},
		gpio.Edge:    {{Name: "level", Unit: "1"}},
		gpio.Counter: {{Name: "count", Unit: "1"}, {Name: "rate", Unit: "Hz"}},
	}
	for _, mode := range []gpio.Mode{gpio.Level, gpio.Edge, gpio.Counter} {
		t.Run(string(mode), func(t *testing.T) {
			config := func(h *gpiotest.Host) gpio.Config {
				h.Pulse(chip, 17, 2*time.Millisecond)
				return gpio.Config{Chip: chip, Line: "17", Mode: mode, Every: 5 * time.Millisecond, Host: h}
			}
			haltest.Run(t, haltest.Subject{
				Channels: channels[mode],
				Endless:  func(*testing.T) hal.Source { return gpio.New(config(gpiotest.New(nil, pi()))) },
				Broken:   func(*testing.T) hal.Source { return pulledOut(gpiotest.New(nil, pi()), config) },
				Absent:   func(*testing.T) hal.Source { return gpio.New(config(gpiotest.New(nil))) },
			})
		})
	}
}

// unplug is a source whose chip goes with its fifth block.
type unplug struct {
	*gpio.Source
	host *gpiotest.Host
}

func pulledOut(h *gpiotest.Host, config func(*gpiotest.Host) gpio.Config) hal.Source {
	return &unplug{Source: gpio.New(config(h)), host: h}
}

func (u *unplug) Run(ctx context.Context, emit func(hal.Block)) error {
	n := 0
	return u.Source.Run(ctx, func(b hal.Block) {
		if n++; n == 5 {
			u.host.Break(chip, 17, syscall.ENODEV)
		}
		emit(b)
	})
}

// bubbleClock is the time of a synctest bubble, 1,000 s after boot at its start.
type bubbleClock struct{ began time.Time }

func newBubbleClock() bubbleClock                { return bubbleClock{time.Now()} }
func (c bubbleClock) Boot() time.Duration        { return 1000*time.Second + time.Since(c.began) }
func (c bubbleClock) Wall() time.Time            { return time.Now() }
func sec(s float64) time.Duration                { return time.Duration(s * float64(time.Second)) }
func settle()                                    { synctest.Wait() }
func keep(to *[]hal.Block) func(hal.Block)       { return func(b hal.Block) { *to = append(*to, clone(b)) } }
func clone(b hal.Block) hal.Block                { b.Values = append([]float32(nil), b.Values...); return b }
func value(blocks []hal.Block, i int) float32    { return blocks[i].Values[0] }
func at(blocks []hal.Block, i int) time.Duration { return blocks[i].At }

// run runs a source inside a bubble while act moves its lines, and returns what it emitted.
func run(t *testing.T, cfg gpio.Config, act func(h *gpiotest.Host)) (blocks []hal.Block, health hal.Health) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newBubbleClock()
		h := gpiotest.New(c, pi())
		h.Lag(sec(300))
		cfg.Host, cfg.Clock = h, c
		s := gpio.New(cfg)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx, keep(&blocks)) }()
		settle()
		act(h)
		settle()
		health = s.Health()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if h.Held(chip, 17) {
			t.Error("the line is still held after Run")
		}
	})
	return blocks, health
}

func TestEdgesCarryTheKernelsTime(t *testing.T) {
	blocks, _ := run(t, gpio.Config{Chip: chip, Line: "17", Mode: gpio.Edge}, func(h *gpiotest.Host) {
		h.SetAt(chip, 17, 1, sec(699.25)) // 1000 s after boot, of which 300 s were slept: now is 700 s
		h.SetAt(chip, 17, 0, sec(699.5))
	})
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of 2 edges", len(blocks))
	}
	if at(blocks, 0) != sec(999.25) || value(blocks, 0) != 1 || at(blocks, 1) != sec(999.5) || value(blocks, 1) != 0 {
		t.Errorf("edges %+v, want 1 at 999.25 s and 0 at 999.5 s", blocks)
	}
}

func TestEdgesAfterASuspend(t *testing.T) {
	blocks, _ := run(t, gpio.Config{Chip: chip, Line: "17", Mode: gpio.Edge}, func(h *gpiotest.Host) {
		h.Set(chip, 17, 1)
		settle()
		h.Lag(sec(400)) // the machine slept 100 s more than the offset knows
		h.SetAt(chip, 17, 0, sec(600.5))
	})
	if len(blocks) != 2 || at(blocks, 1) != sec(1000.5) {
		t.Errorf("edges %+v, want the second at 1000.5 s", blocks)
	}
}

func TestLostEdgesAreDropped(t *testing.T) {
	blocks, health := run(t, gpio.Config{Chip: chip, Line: "17", Mode: gpio.Edge}, func(h *gpiotest.Host) {
		h.Set(chip, 17, 1)
		settle()
		h.Lose(chip, 17, 5)
		h.Set(chip, 17, 0)
	})
	if health.Dropped != 5 || len(blocks) != 2 || !blocks[1].Discont {
		t.Errorf("dropped %d, blocks %+v; want 5 and a gap before the second", health.Dropped, blocks)
	}
}

func TestCounter(t *testing.T) {
	blocks, health := run(t, gpio.Config{Chip: chip, Line: "GPIO17", Mode: gpio.Counter, Every: 2 * time.Second}, func(h *gpiotest.Host) {
		pulse := func(at float64) {
			h.SetAt(chip, 17, 1, sec(at))
			h.SetAt(chip, 17, 0, sec(at+0.01))
		}
		for _, at := range []float64{700.1, 700.5, 701.9} { // the first interval is 700 to 702
			pulse(at)
		}
		h.Lose(chip, 17, 4) // were counted by the kernel, and stand in for four pulses
		pulse(702.5)
		time.Sleep(6 * time.Second)
	})
	want := []struct {
		at          float64
		count, rate float32
	}{{1002, 3, 1.5}, {1004, 5, 2.5}, {1006, 0, 0}}
	if len(blocks) != len(want) {
		t.Fatalf("%d intervals in 6 s: %+v", len(blocks), blocks)
	}
	for i, w := range want {
		b := blocks[i]
		if b.At != sec(w.at) || b.Values[0] != w.count || b.Values[1] != w.rate || b.Period != 2*time.Second {
			t.Errorf("interval %d: %+v, want %+v", i, b, w)
		}
	}
	if health.Dropped != 0 {
		t.Errorf("dropped %d: a counter misses no pulse", health.Dropped)
	}
}

func TestCounterDropsWhatItSleptThrough(t *testing.T) {
	blocks, health := run(t, gpio.Config{Chip: chip, Line: "17", Mode: gpio.Counter, Every: time.Second}, func(h *gpiotest.Host) {
		time.Sleep(1500 * time.Millisecond)
		settle()
		h.Lag(sec(350)) // 50 s asleep, in which the bubble's clock ran on by nothing
		time.Sleep(2 * time.Second)
	})
	if health.Dropped == 0 || health.Gaps != 1 {
		t.Errorf("%+v after a suspend: want dropped intervals and one gap", health)
	}
	if len(blocks) == 0 || !blocks[len(blocks)-1].Discont {
		t.Errorf("blocks %+v: want a gap before the last", blocks)
	}
}

func TestLevels(t *testing.T) {
	cfg := gpio.Config{Chip: chip, Line: "17", ActiveLow: true, Every: time.Second, Bias: gpio.PullUp, Debounce: 5 * time.Millisecond}
	var asked []gpio.Request
	blocks, _ := run(t, cfg, func(h *gpiotest.Host) {
		h.Set(chip, 17, 1)
		time.Sleep(1500 * time.Millisecond)
		asked = h.Requests()
	})
	if len(blocks) != 2 || value(blocks, 0) != 1 || value(blocks, 1) != 0 {
		t.Errorf("levels %+v, want 1 for a low line that is active low, then 0", blocks)
	}
	want := gpio.Request{Chip: chip, Offset: 17, Bias: gpio.PullUp, ActiveLow: true, Debounce: 5 * time.Millisecond}
	if len(asked) != 1 || asked[0] != want {
		t.Errorf("asked the kernel for %+v, want %+v", asked, want)
	}
}

func TestRates(t *testing.T) {
	_, health := run(t, gpio.Config{Chip: chip, Line: "17", Every: 100 * time.Millisecond}, func(*gpiotest.Host) { time.Sleep(5 * time.Second) })
	if math.Abs(float64(health.Rate)-10) > 0.01 {
		t.Errorf("a level every 100 ms measures %v Hz", health.Rate)
	}
}

func TestAbsentLines(t *testing.T) {
	locked := gpio.ChipInfo{Name: "gpiochip1", Err: &fs.PathError{Op: "open", Path: "/dev/gpiochip1", Err: syscall.EACCES}}
	for name, c := range map[string]struct {
		chip, line string
		refuse     error
		says       []string
	}{
		"no such chip":    {"gpiochip7", "4", nil, []string{`gpio chip "gpiochip7" is absent`, "pinctrl-bcm2711"}},
		"no such number":  {chip, "58", nil, []string{`gpio line "58" is absent`, "gpiochip0 has 58"}},
		"no such name":    {chip, "GPIO99", nil, []string{`gpio line "GPIO99" is absent`, "dunlin sources ls"}},
		"in use":          {chip, "8", syscall.EBUSY, []string{"gpio line 8 of gpiochip0 is absent", `"spi0 CS0" uses it`, "overlay"}},
		"no permission":   {chip, "4", syscall.EACCES, []string{"usermod -aG gpio"}},
		"a locked chip":   {"gpiochip1", "4", nil, []string{"open gpiochip1", "usermod -aG gpio"}},
		"a name anywhere": {"", "GPIO99", nil, []string{"usermod -aG gpio"}},
	} {
		h := gpiotest.New(nil, pi(), locked)
		h.Refuse(c.refuse)
		err := gpio.New(gpio.Config{Chip: c.chip, Line: c.line, Host: h}).Run(t.Context(), func(hal.Block) {})
		var gone *hal.AbsentError
		if !errors.As(err, &gone) || gone.Fix == "" {
			t.Errorf("%s: %v is not absence with a fix", name, err)
			continue
		}
		for _, s := range c.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: %q does not say %q", name, err, s)
			}
		}
	}
}

func TestLinesByAnyName(t *testing.T) {
	five := gpiotest.Chip("gpiochip0", "pinctrl-rp1", 54, map[int]string{17: "GPIO17"})
	five.Links = []string{"gpiochip4"} // what a Raspberry Pi 5 has
	other := gpiotest.Chip("gpiochip10", "gpio-brcmstb", 32, nil)
	for _, c := range []struct{ chip, line string }{
		{"gpiochip0", "17"}, {"/dev/gpiochip0", "17"}, {"gpiochip4", "17"}, {"pinctrl-rp1", "GPIO17"}, {"", "GPIO17"},
	} {
		h := gpiotest.New(nil, other, five)
		ctx, cancel := context.WithCancel(t.Context())
		if err := gpio.New(gpio.Config{Chip: c.chip, Line: c.line, Host: h}).Run(ctx, func(hal.Block) { cancel() }); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
		cancel()
		if r := h.Requests(); len(r) != 1 || r[0].Chip != "gpiochip0" || r[0].Offset != 17 {
			t.Errorf("%+v requested %+v", c, r)
		}
	}
	err := gpio.New(gpio.Config{Line: "17", Host: gpiotest.New(nil, other, five)}).Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "gpiochip10") {
		t.Errorf("a number without a chip on a board of two: %v", err)
	}
}

func TestImpossibleConfigs(t *testing.T) {
	for says, cfg := range map[string]gpio.Config{
		"no line is named": {},
		`mode "pwm"`:       {Line: "4", Mode: "pwm"},
		`edges "up"`:       {Line: "4", Mode: gpio.Edge, Edges: "up"},
		`bias "high"`:      {Line: "4", Bias: "high"},
		"below zero":       {Line: "4", Debounce: -1},
	} {
		cfg.Host = gpiotest.New(nil, pi())
		err := gpio.New(cfg).Run(t.Context(), func(hal.Block) {})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v does not say %q", cfg, err, says)
		}
	}
}
