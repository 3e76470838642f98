package lsm6ds_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"
)

var channels = []hal.Channel{
	{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}, {Name: "az", Unit: "m/s2"},
	{Name: "gx", Unit: "rad/s"}, {Name: "gy", Unit: "rad/s"}, {Name: "gz", Unit: "rad/s"},
}

// now is the time of a test or of its bubble, on one clock for chip and source.
func now() time.Duration { return time.Duration(time.Now().UnixNano()) }

type wall struct{}

func (wall) Boot() time.Duration { return now() }
func (wall) Wall() time.Time     { return time.Now() }

// lap is how long the ramp of the signal takes: 20 s through four fifths of the range of 4 g and 500 degrees per second.
const lap = 20 * time.Second

const (
	topA = 2 * 9.80665 * 0.8 * 2
	topG = 500 * math.Pi / 180 * 0.8
)

// ramp is a signal that tells its own time: both sensors rise through their range in a lap.
func ramp(t time.Duration) (a, g [3]float64) {
	x := 2*float64(t%lap)/float64(lap) - 1
	return [3]float64{x * topA, -x * topA, x}, [3]float64{x * topG, x, -x * topG}
}

// told is the time within a lap that values tell.
func told(v []float32) (a, g time.Duration) {
	of := func(x, top float64) time.Duration { return time.Duration((x/top + 1) / 2 * float64(lap)) }
	return of(float64(v[0]), topA), of(float64(v[3]), topG)
}

type rig struct {
	bus   *chiptest.Bus
	model *lsm6dstest.Model
	cfg   lsm6ds.Config
	begun time.Duration
}

func newRig(rate hal.Hertz, skew float64) *rig {
	m := lsm6dstest.New(lsm6dstest.Config{Now: now, Signal: ramp, Skew: skew})
	b := chiptest.New(map[uint16]chiptest.Model{lsm6ds.DefaultAddress: m})
	return &rig{begun: now(), bus: b, model: m, cfg: lsm6ds.Config{
		Bus: func() (i2c.BusCloser, error) { return b, nil }, Where: "i2c-1", Rate: rate, Clock: wall{},
	}}
}

func TestContract(t *testing.T) {
	for name, source := range map[string]func(lsm6ds.Config) hal.Source{
		"fifo":   func(c lsm6ds.Config) hal.Source { return lsm6ds.New(c) },
		"polled": func(c lsm6ds.Config) hal.Source { return lsm6ds.NewPolled(c) },
	} {
		t.Run(name, func(t *testing.T) {
			haltest.Run(t, haltest.Subject{
				Channels: channels,
				Endless: func(*testing.T) hal.Source {
					r := newRig(833, 0.02)
					r.cfg.Every = 10 * time.Millisecond
					return source(r.cfg)
				},
				Broken: func(*testing.T) hal.Source {
					r := newRig(833, 0)
					r.cfg.Every = 10 * time.Millisecond
					time.AfterFunc(200*time.Millisecond, func() { r.bus.Unplug(lsm6ds.DefaultAddress) })
					return source(r.cfg)
				},
				Absent: func(*testing.T) hal.Source {
					r := newRig(833, 0)
					r.bus.Unplug(lsm6ds.DefaultAddress)
					return source(r.cfg)
				},
			})
		})
	}
}

// play runs a source in a bubble for a while.
func play(t *testing.T, length time.Duration, make func() hal.Source, see func(b hal.Block)) (err error, h hal.Health) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		s := make()
		err = s.Run(ctx, see)
		h = s.(hal.Healther).Health()
	})
	return err, h
}

// TestTrueTimes: a chip 3 % off. Every sample's two sensors tell the same time, which is its stamp, within a period.
func TestTrueTimes(t *testing.T) {
	for _, skew := range []float64{-0.03, 0, 0.03} {
		var began time.Duration
		worst := time.Duration(0)
		err, h := play(t, 30*time.Second, func() hal.Source { began = now(); return lsm6ds.New(newRig(833, skew).cfg) }, func(b hal.Block) {
			for i := range b.Samples() {
				v, at := b.Values[6*i:6*i+6], b.At+time.Duration(i)*b.Period
				a, g := told(v)
				if d := (a - g).Abs(); d > time.Millisecond {
					t.Fatalf("the accelerometer tells %v, the gyroscope %v", a, g)
				}
				if phase := at % lap; phase > lap/100 && phase < lap*99/100 && at-began > 5*time.Second {
					worst = max(worst, (phase - a).Abs())
				}
			}
		})
		// The ramp tells the time to a step of 4 g / 2^15 in 2 * topA, about 0.4 ms.
		if err != nil || h.Dropped != 0 || h.Gaps != 0 || h.Skipped != 0 || worst > 1700*time.Microsecond {
			t.Errorf("skew %v: %v; %+v; worst stamp %v off", skew, err, h, worst)
		}
		if want := 833 * (1 + skew); math.Abs(float64(h.Rate)/want-1) > 0.001 {
			t.Errorf("rate %v, want %v", h.Rate, want)
		}
	}
}

// TestOverrun: the bus hangs for a second; the FIFO holds 256 samples. The rest is counted, and nothing is glued.
func TestOverrun(t *testing.T) {
	var r *rig
	var last time.Duration
	gaps, jump := 0, time.Duration(0)
	err, h := play(t, 10*time.Second, func() hal.Source {
		r = newRig(833, 0.01)
		time.AfterFunc(3*time.Second, func() {
			once := true
			r.bus.Fault(func(uint16) error {
				if once {
					time.Sleep(time.Second)
				}
				once = false
				return nil
			})
		})
		return lsm6ds.New(r.cfg)
	}, func(b hal.Block) {
		if b.Discont && last != 0 {
			gaps, jump = gaps+1, b.At-last
		}
		last = b.At + time.Duration(b.Samples()-1)*b.Period
	})
	_, over := r.model.Stats()
	lost := float64(over) / 2
	if err != nil || gaps != 1 || lost < 500 || math.Abs(float64(h.Dropped)-lost) > 5 {
		t.Errorf("%v; %d gaps, %v samples lost; %+v", err, gaps, lost, h)
	}
	if math.Abs(jump.Seconds()*833*1.01-lost-1) > 5 {
		t.Errorf("a jump of %v for %v lost samples", jump, lost)
	}
}

// TestRefusals: bursts of refused transfers in the middle of a drain. Samples may be lost, never wrong or unseen.
func TestRefusals(t *testing.T) {
	for _, n := range []int{1, 2, 3} {
		var r *rig
		rnd, left := rand.New(rand.NewPCG(uint64(n), 1)), 0
		var last time.Duration
		err, h := play(t, 5*time.Second, func() hal.Source {
			r = newRig(833, 0)
			r.bus.Fault(func(uint16) error {
				if left == 0 && rnd.IntN(30) == 0 && now() > r.begun+time.Second {
					left = n
				}
				if left > 0 {
					left--
					return errors.New("no acknowledgement")
				}
				return nil
			})
			return lsm6ds.New(r.cfg)
		}, func(b hal.Block) {
			for i := range b.Samples() {
				a, g := told(b.Values[6*i : 6*i+6])
				step := a - last
				if d := (a - g).Abs(); d > time.Millisecond {
					t.Fatalf("halves of two samples: %v and %v", a, g)
				}
				if missing := step > 3*time.Millisecond; missing && !(b.Discont && i == 0) && last != 0 {
					t.Fatalf("%v are missing without Discont", step)
				}
				last = a
			}
		})
		if err != nil || h.Gaps == 0 || h.Samples < 3000 {
			t.Errorf("%d refused: %v; %+v", n, err, h)
		}
	}
}

func TestEndings(t *testing.T) {
	for _, c := range []struct {
		name, want string
		happens    func(r *rig)
	}{
		{"reset", "was reset", func(r *rig) { r.model.Reset() }},
		{"hangs", "has stopped", func(r *rig) { r.model.Freeze(true) }},
		{"unplugged", "remote I/O error", func(r *rig) { r.bus.Unplug(lsm6ds.DefaultAddress) }},
	} {
		for name, source := range map[string]func(lsm6ds.Config) hal.Source{
			"fifo":   func(c lsm6ds.Config) hal.Source { return lsm6ds.New(c) },
			"polled": func(c lsm6ds.Config) hal.Source { c.Rate = 104; return lsm6ds.NewPolled(c) },
		} {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				var r *rig
				err, h := play(t, time.Minute, func() hal.Source {
					r = newRig(208, 0)
					time.AfterFunc(3*time.Second, func() { c.happens(r) })
					return source(r.cfg)
				}, func(hal.Block) {})
				if err == nil || !strings.Contains(err.Error(), c.want) || h.State != hal.Failed || r.bus.Closed() != 1 {
					t.Errorf("%v; %v, bus closed %d times", err, h.State, r.bus.Closed())
				}
			})
		}
	}
}

// TestAfterReset: a source that failed because of a reset works when it is run again.
func TestAfterReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(208, 0)
		s := lsm6ds.New(r.cfg)
		time.AfterFunc(3*time.Second, r.model.Reset)
		if err := s.Run(t.Context(), func(hal.Block) {}); err == nil {
			t.Fatal("a reset went by unnoticed")
		}
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := s.Run(ctx, func(b hal.Block) {
			if n += b.Samples(); n > 100 {
				cancel()
			}
		})
		if err != nil || n <= 100 {
			t.Errorf("%d samples, %v", n, err)
		}
	})
}

func TestNotThere(t *testing.T) {
	for _, c := range []struct {
		name, want string
		absent     bool
		change     func(r *rig)
	}{
		{"another chip", "0x69", true, func(r *rig) {
			r.bus.Plug(lsm6ds.DefaultAddress, lsm6dstest.New(lsm6dstest.Config{Now: now, ID: 0x69}))
		}},
		{"nobody", "0x6a", true, func(r *rig) { r.bus.Unplug(lsm6ds.DefaultAddress) }},
		{"rate", "rate of 100", false, func(r *rig) { r.cfg.Rate = 100 }},
		{"range", "range of 3", false, func(r *rig) { r.cfg.Accel = 3 }},
		{"no bus", "no bus", false, func(r *rig) { r.cfg.Bus = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			err, _ := play(t, time.Minute, func() hal.Source {
				r := newRig(104, 0)
				c.change(r)
				return lsm6ds.New(r.cfg)
			}, func(hal.Block) {})
			var gone *hal.AbsentError
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &gone) != c.absent {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestSPI(t *testing.T) {
	n := 0
	err, h := play(t, 2*time.Second, func() hal.Source {
		r := newRig(1667, 0)
		r.cfg.SPI = func() (spi.PortCloser, error) { return chiptest.NewPort(r.model, 0x7f), nil }
		return lsm6ds.New(r.cfg)
	}, func(b hal.Block) {
		for i := range b.Samples() {
			if a, g := told(b.Values[6*i : 6*i+6]); (a - g).Abs() > time.Millisecond {
				t.Fatalf("%v and %v", a, g)
			}
			n++
		}
	})
	if err != nil || h.Dropped != 0 || n < 2800 {
		t.Errorf("%d samples, %v; %+v", n, err, h)
	}
}

// TestNoSettling: the gyroscope's nonsense of the first 70 ms stays inside.
func TestNoSettling(t *testing.T) {
	err, _ := play(t, time.Second, func() hal.Source { return lsm6ds.New(newRig(416, 0).cfg) }, func(b hal.Block) {
		for i := range b.Samples() {
			if a, g := told(b.Values[6*i : 6*i+6]); (a - g).Abs() > time.Millisecond {
				t.Fatalf("%v and %v", a, g)
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
}
