package pace_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/pace"
	"pgregory.net/rapid"
)

// chip makes samples at a true period, the first one at begin.
type chip struct {
	begin  time.Duration
	period float64 // nanoseconds
	taken  int
}

func (c *chip) time(i int) time.Duration { return c.begin + time.Duration(float64(i)*c.period) }

// waiting is how many samples came until a moment and were not taken yet.
func (c *chip) waiting(at time.Duration) int {
	if at < c.begin {
		return 0
	}
	n := max(int(float64(at-c.begin)/c.period)+1-c.taken, 0)
	c.taken += n
	return n
}

// look is one reading: the stamp that the reader has for it is off by as much as delay.
func look(p *pace.Pace, c *chip, at, delay time.Duration) (n int, first, period time.Duration, slipped bool) {
	n = c.waiting(at)
	first, period, slipped = p.Take(n, at+delay)
	return n, first, period, slipped
}

// TestLearnsTheTrueRate: whatever the rate and up to 5 % off, read every 5 to 100 ms with a random error of 2 ms, the
// rate is known to 0.1 % after 10 s, or to one and a half periods in the time seen where that is more: when looks and
// samples beat slowly, nobody could tell the beat from the rate. Stamps are within a period of the truth and what least
// squares leave of the noise: the end of a line through n points has 2/sqrt(n) of theirs.
func TestLearnsTheTrueRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nominal := rapid.SampledFrom([]hal.Hertz{52, 104, 208, 416, 833, 1000, 1667}).Draw(t, "nominal")
		off := rapid.Float64Range(-0.05, 0.05).Draw(t, "off")
		every := time.Duration(rapid.IntRange(5, 100).Draw(t, "every")) * time.Millisecond
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
		known := nominal
		if rapid.Bool().Draw(t, "unknown") {
			known = 0
		}
		c := &chip{begin: 3 * time.Hour, period: 1e9 / (float64(nominal) * (1 + off))}
		p, last := pace.New(known), time.Duration(0)
		for at := c.begin + every; at < c.begin+15*time.Second; at += every {
			delay := time.Duration(rnd.Int64N(int64(4*time.Millisecond))) - 2*time.Millisecond
			i := c.taken
			n, first, period, slipped := look(p, c, at, delay)
			if n == 0 {
				continue
			}
			if slipped {
				t.Fatalf("slip at %v, where none was", at-c.begin)
			}
			if first <= last {
				t.Fatalf("stamp %v after %v", first, last)
			}
			last = first + time.Duration(n-1)*period
			if at < c.begin+10*time.Second {
				continue
			}
			if err := float64(period)/c.period - 1; math.Abs(err) > max(0.001, 1.5*c.period/float64(at-c.begin)) {
				t.Fatalf("after %v the period is off by %.3f %%", at-c.begin, 100*err)
			}
			noise := 5 * 2 / math.Sqrt(float64((at-c.begin)/every)) * (4e6 / math.Sqrt(12))
			if wrong := (last - c.time(i+n-1)).Abs(); float64(wrong) > c.period+noise {
				t.Fatalf("after %v a stamp is off by %v, a period is %v", at-c.begin, wrong, time.Duration(c.period))
			}
		}
	})
}

func TestThreePercentOff(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	c := &chip{begin: time.Minute, period: 1e9 / (833 * 0.97)}
	p, last := pace.New(833), time.Duration(0)
	for at := c.begin + 20*time.Millisecond; at <= c.begin+10*time.Second; at += 20 * time.Millisecond {
		n, first, period, _ := look(p, c, at, time.Duration(rnd.Int64N(int64(4*time.Millisecond)))-2*time.Millisecond)
		last = first + time.Duration(n-1)*period
	}
	if wrong := (last - c.time(c.taken-1)).Abs(); float64(wrong) > c.period {
		t.Errorf("stamp off by %v, a period is %v", wrong, time.Duration(c.period))
	}
	if err := float64(p.Rate())/(833*0.97) - 1; math.Abs(err) > 0.001 {
		t.Errorf("rate %v, want %v: off by %.3f %%", p.Rate(), 833*0.97, 100*err)
	}
}

// TestSlips: lost samples show at once, one late look does not, and the stamps are right again after either.
func TestSlips(t *testing.T) {
	const period = 1e6
	for _, c := range []struct {
		name  string
		lost  int           // samples lost at second 5
		late  time.Duration // the count of second 5 is read so much after its stamp
		slips int
	}{
		{"nothing", 0, 0, 0},
		{"15 samples lost", 15, 0, 1},
		{"5 samples lost", 5, 0, 1},
		{"one count read 40 ms late", 0, 40 * time.Millisecond, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			ch := &chip{begin: time.Hour, period: period}
			p := pace.New(1020)
			slips, seen := 0, 0
			var last time.Duration
			for i := 1; i <= 500; i++ {
				at := ch.begin + time.Duration(i)*20*time.Millisecond
				late := time.Duration(0)
				if i == 250 {
					late = c.late
					ch.taken += c.lost
				}
				n, first, period, slipped := look(p, ch, at+late, -late)
				if n <= 0 { // still busy with the late look
					continue
				}
				if first <= last {
					t.Fatalf("stamp %v after %v", first, last)
				}
				seen += n
				last = first + time.Duration(n-1)*period
				if slipped {
					slips++
					if i != 250 {
						t.Errorf("slip at look %d", i)
					}
				}
				if wrong := (last - ch.time(ch.taken-1)).Abs(); i > 20 && i != 250 && wrong > period+period/2 {
					t.Fatalf("look %d: off by %v", i, wrong)
				}
			}
			if slips != c.slips || seen != ch.taken-c.lost {
				t.Errorf("%d slips, want %d; %d samples", slips, c.slips, seen)
			}
		})
	}
}

// TestRestart: after Lost the phase is new and the rate stays.
func TestRestart(t *testing.T) {
	ch := &chip{begin: time.Hour, period: 1e6}
	p := pace.New(960)
	for i := 1; i <= 500; i++ {
		look(p, ch, ch.begin+time.Duration(i)*20*time.Millisecond, 0)
	}
	p.Lost()
	at := ch.begin + time.Minute
	ch.taken = int((time.Minute - 16*time.Millisecond) / time.Millisecond)
	n, first, period, slipped := look(p, ch, at, 0)
	if slipped || math.Abs(float64(period)-1e6) > 1000 {
		t.Errorf("slipped %v, period %v", slipped, period)
	}
	if wrong := (first - ch.time(ch.taken-n)).Abs(); wrong > time.Millisecond {
		t.Errorf("off by %v", wrong)
	}
}

func TestNothingCame(t *testing.T) {
	p := pace.New(0)
	if p.Rate() != 0 {
		t.Errorf("rate %v of nothing", p.Rate())
	}
	if _, period, slipped := p.Take(0, time.Second); period != 0 || slipped {
		t.Errorf("period %v, slipped %v", period, slipped)
	}
	if first, period, _ := p.Take(3, time.Second); first != time.Second || period != 0 {
		t.Errorf("first %v, period %v of an unknown rate", first, period)
	}
}

func TestNoAllocations(t *testing.T) {
	p, at := pace.New(1000), time.Duration(0)
	if n := testing.AllocsPerRun(1000, func() {
		at += 20 * time.Millisecond
		p.Take(20, at)
	}); n != 0 {
		t.Errorf("%v allocations per Take", n)
	}
}
