package ds2482_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/ds18b20"
	"github.com/dunlin-iot/dunlin/hal/ds18b20/ds18b20test"
	"github.com/dunlin-iot/dunlin/hal/ds2482"
	"github.com/dunlin-iot/dunlin/hal/ds2482/ds2482test"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/traffic"
)

func idOf(serial uint64) string { return fmt.Sprintf("28-%012x", serial) }

// on gives a source the 1-Wire bus behind a bridge.
func on(bridges *ds2482.Bridges, open func() (i2c.BusCloser, error)) func(context.Context) (ds18b20.Bus, error) {
	return func(ctx context.Context) (ds18b20.Bus, error) {
		u, err := bridges.Open(ctx, ds2482.Config{Bus: open, Where: "i2c-1"})
		if err != nil {
			return nil, err
		}
		return u, nil
	}
}

func (r rig) source(cfg ds18b20.Config) *poll.Source {
	cfg.Bus, cfg.Where, cfg.Clock = on(r.bridges, r.bus.Open), "i2c-1 0x18", haltest.Clock{}
	return ds18b20.New(cfg)
}

func TestContract(t *testing.T) {
	const quick = 8 * time.Millisecond
	newSource := func(breaks bool, chips int) hal.Source {
		line := ds18b20test.New(nil)
		for i := range chips {
			line.Plug(uint64(i)).Convert(quick)
		}
		bus := chiptest.New(map[uint16]chiptest.Model{at: ds2482test.New(line, nil)})
		if breaks {
			n := 0
			bus.Fault(func(uint16) error {
				if n++; n > 500 {
					return chiptest.NoAck
				}
				return nil
			})
		}
		return ds18b20.New(ds18b20.Config{Bus: on(&ds2482.Bridges{}, bus.Open), Where: "i2c-1 0x18", Every: time.Millisecond, Convert: 2 * quick})
	}
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}},
		Endless:  func(*testing.T) hal.Source { return newSource(false, 1) },
		Broken:   func(*testing.T) hal.Source { return newSource(true, 1) },
		Absent:   func(*testing.T) hal.Source { return newSource(false, 0) },
	})
}

// reading is what a source gave.
type reading struct {
	values []float32
	health hal.Health
	err    error
}

// readAll runs sources side by side for so long.
func readAll(t *testing.T, d time.Duration, sources ...*poll.Source) []reading {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	all := make([]reading, len(sources))
	var wg sync.WaitGroup
	for i, s := range sources {
		wg.Go(func() {
			r := &all[i]
			r.err = s.Run(ctx, func(b hal.Block) { r.values = append(r.values, b.Values[0]) })
			r.health = s.Health()
		})
	}
	wg.Wait()
	return all
}

// right wants at least n samples of one value, all right, and no trouble.
func right(t *testing.T, name string, r reading, n int, want float32) {
	t.Helper()
	if r.err != nil || len(r.values) < n || r.health.Skipped+r.health.Dropped > 0 {
		t.Errorf("%s: samples %d, skipped %d, dropped %d, %v; want %d samples", name, len(r.values), r.health.Skipped, r.health.Dropped, r.err, n)
	}
	if i := slices.IndexFunc(r.values, func(v float32) bool { return v != want }); i >= 0 {
		t.Errorf("%s: sample %d is %v, want %v", name, i, r.values[i], want)
	}
}

// TestManyThermometers: eight behind one bridge convert at the same time. One after the other would take 6 s, and they
// are read every second.
func TestManyThermometers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.bus.Keep()
		var sources []*poll.Source
		for i := range 8 {
			r.line.Plug(uint64(i)).Set(float64(i) - 2.5)
			sources = append(sources, r.source(ds18b20.Config{ID: idOf(uint64(i)), Every: time.Second}))
		}
		for i, got := range readAll(t, 20500*time.Millisecond, sources...) {
			right(t, sources[i].String(), got, 20, float32(i)-2.5)
		}
		if r.bus.Closed() != 8 {
			t.Errorf("closed %d times", r.bus.Closed())
		}
		if ops := r.bus.Ops(); count(ops, 0x78) != 0 || count(ops, 0xF0) != 1 {
			t.Errorf("%d steps of a search where every identity is known, %d resets of the bridge", count(ops, 0x78), count(ops, 0xF0))
		}
	})
}

// TestParasites: the line of a thermometer without a supply rests while it converts, whoever else wants it; the model
// starves when it does not. Its bridge's pull-up is off in the end.
func TestParasites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		var sources []*poll.Source
		for i := range 3 {
			c := r.line.Plug(uint64(i))
			if c.Set(float64(20 + i)); i < 2 {
				c.Parasite()
			}
			sources = append(sources, r.source(ds18b20.Config{ID: idOf(uint64(i)), Every: 4 * time.Second}))
		}
		for i, got := range readAll(t, 39*time.Second, sources...) {
			right(t, sources[i].String(), got, 9, float32(20+i))
		}
		if r.line.Strong() || r.chip.Config() != 1 {
			t.Errorf("strong %v, configuration %x", r.line.Strong(), r.chip.Config())
		}
	})
}

// TestWithoutTurns shows that the tests above see a torn transaction: users that do not know of each other have trouble.
func TestWithoutTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1).Set(20)
		r.line.Plug(2).Set(30)
		one, two := r, r
		two.bridges = &ds2482.Bridges{}
		all := readAll(t, 20*time.Second, one.source(ds18b20.Config{ID: idOf(1), Every: time.Second}), two.source(ds18b20.Config{ID: idOf(2), Every: time.Second}))
		if n := all[0].health.Skipped + all[1].health.Skipped; n == 0 && all[0].err == nil && all[1].err == nil {
			t.Errorf("no trouble: %+v", all)
		}
	})
}

// TestUnplugged: one of two thermometers is taken away and comes back; the other does not notice.
func TestUnplugged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		gone, stays := r.line.Plug(1), r.line.Plug(2)
		gone.Set(20)
		stays.Set(30)
		first := r.source(ds18b20.Config{ID: idOf(1), Resolution: 9})
		time.AfterFunc(11*time.Second, gone.Unplug)
		all := readAll(t, time.Minute, first, r.source(ds18b20.Config{ID: idOf(2)}))
		right(t, "the one that stays", all[1], 29, 30)
		if err := all[0].err; len(all[0].values) != 6 || err == nil || !strings.Contains(err.Error(), "no answer") {
			t.Errorf("the one that went: %v, %v", all[0].values, err)
		}
		var absent *hal.AbsentError
		if err := first.Run(t.Context(), func(hal.Block) {}); !errors.As(err, &absent) || !strings.Contains(err.Error(), "others are there: "+idOf(2)) {
			t.Errorf("opened anew: %v", err)
		}
		gone.Replug()
		all = readAll(t, time.Minute, r.source(ds18b20.Config{ID: idOf(1), Resolution: 9}))
		right(t, "plugged in again", all[0], 29, 20)
		if pad, eeprom := gone.Limits(); pad[2] != 0x1F || eeprom != [3]byte{0x4B, 0x46, 0x7F} {
			t.Errorf("resolution %x, eeprom % x", pad, eeprom)
		}
	})
}

// TestTroubleOfTheBridge: a burst of refused transfers, a supply that breaks down while both convert, a short circuit:
// samples are skipped with a gap, and none is wrong.
func TestTroubleOfTheBridge(t *testing.T) {
	for name, strike := range map[string]func(r rig){
		"nacks":    func(r rig) { r.bus.Refuse(at, 3) },
		"brownout": func(r rig) { r.chip.Brownout() },
		"short": func(r rig) {
			r.chip.Short(true)
			time.AfterFunc(3*time.Second, func() { r.chip.Short(false) })
		},
		"busy": func(r rig) { r.chip.Stick() },
		"out": func(r rig) {
			r.bus.Unplug(at)
			time.AfterFunc(3*time.Second, func() { r.chip.Brownout(); r.bus.Plug(at, r.chip) })
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig()
			var sources []*poll.Source
			for i := range 2 {
				c := r.line.Plug(uint64(i))
				if c.Set(float64(20 + i)); i == 1 {
					c.Parasite()
				}
				sources = append(sources, r.source(ds18b20.Config{ID: idOf(uint64(i))}))
			}
			time.AfterFunc(10500*time.Millisecond, func() { strike(r) })
			skipped := uint64(0)
			for i, got := range readAll(t, 61*time.Second, sources...) {
				skipped += got.health.Skipped
				if got.err != nil || len(got.values) < 25 {
					t.Errorf("%s, %s: samples %d, %v", name, sources[i], len(got.values), got.err)
				}
				if k := slices.IndexFunc(got.values, func(v float32) bool { return v != float32(20+i) }); k >= 0 {
					t.Errorf("%s, %s: sample %d is %v", name, sources[i], k, got.values[k])
				}
				if got.health.Gaps == 0 && got.health.Skipped > 0 {
					t.Errorf("%s, %s: skipped without a gap", name, sources[i])
				}
			}
			if skipped == 0 {
				t.Errorf("%s: nobody was struck", name)
			}
		})
	}
}

func TestAbsentThermometers(t *testing.T) {
	for name, c := range map[string]struct {
		chips int
		id    string
		eight bool
		says  []string
		gone  bool
	}{
		"none":           {0, "", false, []string{"ds18b20 at i2c-1 0x18 is absent", "4.7 kohm"}, true},
		"none of its id": {0, idOf(9), true, []string{idOf(9), "DS2482-800", "new_device"}, true},
		"others":         {2, idOf(9), false, []string{"others are there: " + idOf(0) + ", " + idOf(1)}, true},
		"two":            {2, "", false, []string{"set the id to one of " + idOf(0) + ", " + idOf(1)}, false},
		"no identity":    {1, "28-zz", false, []string{"is no identity"}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig()
			for i := range c.chips {
				r.line.Plug(uint64(i))
			}
			if c.eight {
				r.chip.Eight()
			}
			err := r.source(ds18b20.Config{ID: c.id}).Run(t.Context(), func(hal.Block) { t.Errorf("%s: a sample", name) })
			var gone *hal.AbsentError
			if errors.As(err, &gone) != c.gone {
				t.Errorf("%s: %v", name, err)
			}
			for _, s := range c.says {
				if err == nil || !strings.Contains(err.Error(), s) {
					t.Errorf("%s: %v does not say %q", name, err, s)
				}
			}
		})
	}
}

// TestTraffic: a source cannot tell the written traffic of its bridge from the bridge.
func TestTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		c := r.line.Plug(0x0316a2794f7c)
		n := 0.0
		r.bus.Fault(func(uint16) error { // each transfer finds another temperature
			n++
			c.Set(20 + n/16)
			return nil
		})
		var text bytes.Buffer
		rec := traffic.NewRecorder(&text, "boiler", haltest.Clock{}.Boot)
		source := func(open func() (i2c.BusCloser, error)) *poll.Source {
			return ds18b20.New(ds18b20.Config{Bus: on(&ds2482.Bridges{}, open), Where: "i2c-1 0x18", Clock: haltest.Clock{}})
		}
		want := readAll(t, 9*time.Second, source(rec.Tap(r.bus.Open)))[0]
		if transfers, err := rec.Close(); err != nil || transfers < 300 || len(want.values) != 5 || want.values[0] == want.values[1] {
			t.Fatalf("%d transfers, %v, %v", transfers, err, want.values)
		}
		all, err := traffic.Read("boiler.txt", &text)
		if err != nil {
			t.Fatal(err)
		}
		got := readAll(t, 9*time.Second, source(chiptest.NewPlayback(all).Open))[0]
		if got.err != nil || !slices.Equal(got.values, want.values) {
			t.Errorf("from the traffic %v, %v; from the bridge %v", got.values, got.err, want.values)
		}
	})
}
