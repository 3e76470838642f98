package iio_test

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/iio/iiotest"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

var axes = []hal.Channel{{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}, {Name: "az", Unit: "m/s2"}}

// frame is what st_lsm6dsx queues: three shorts, two bytes that mean nothing, the time.
func frame(x, y, z int16, at time.Duration) []byte {
	p := make([]byte, 16)
	for i, v := range []int16{x, y, z, 0x5a5a} {
		binary.LittleEndian.PutUint16(p[2*i:], uint16(v))
	}
	binary.LittleEndian.PutUint64(p[8:], uint64(at))
	return p
}

// imu makes an accelerometer, its node and the source of both.
func imu(t *testing.T, c clock.Clock) (*iiotest.Tree, *iiotest.Node, *iio.Buffered) {
	t.Helper()
	tree, node := iiotest.New(t), iiotest.NewNode(t)
	tree.Add("iio:device0", iiotest.IMU())
	return tree, node, iio.NewBuffered(iio.Config{Device: "lsm6dsox_accel", Root: tree.Root, Dev: node.Path, Rate: 104, Source: "imu", Clock: c})
}

// feed pushes a frame every 2 ms, stamped now, until n have been pushed, which ends the node, or the test ends.
func feed(t *testing.T, node *iiotest.Node, n int) {
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for i := 0; n == 0 || i < n; i++ {
			node.Push(frame(int16(i), 1, 2, clock.System{}.Boot())...)
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
		node.End()
	})
	t.Cleanup(func() {
		close(stop)
		done.Wait()
	})
}

func TestBufferedContract(t *testing.T) {
	_, node, _ := imu(t, nil)
	feed(t, node, 0)
	source := func(t *testing.T, node *iiotest.Node) hal.Source {
		tree := iiotest.New(t)
		tree.Add("iio:device0", iiotest.IMU())
		tree.Set("iio:device0", "sampling_frequency", "500")
		return iio.NewBuffered(iio.Config{Device: "lsm6dsox_accel", Root: tree.Root, Dev: node.Path, Watermark: 5, Length: 200})
	}
	haltest.Run(t, haltest.Subject{
		Channels: axes,
		Endless:  func(t *testing.T) hal.Source { return source(t, node) },
		Broken: func(t *testing.T) hal.Source {
			node := iiotest.NewNode(t)
			feed(t, node, 50)
			return source(t, node)
		},
		Absent: func(t *testing.T) hal.Source {
			return iio.NewBuffered(iio.Config{Device: "lsm6dsox_accel", Root: t.TempDir()})
		},
	})
}

const ms = time.Millisecond

// steps is a clock that a test moves; all calls come from the goroutine of Run.
type steps struct {
	boot time.Duration
	wall time.Duration // that the date is ahead of it
}

func (s *steps) Boot() time.Duration { return s.boot }
func (s *steps) Wall() time.Time     { return time.Unix(0, int64(s.boot+s.wall)) }

// batch is one push of frames.
type batch struct {
	boot   time.Duration   // when it is pushed, and read
	set    time.Duration   // by how much the date was set just before
	stamps []time.Duration // of its frames
	lost   int             // frames of it that the source must not pass on
}

// play pushes batches one after the other, each when all of the one before has come, and then takes the device away.
func play(t *testing.T, src *iio.Buffered, node *iiotest.Node, c *steps, batches ...batch) (blocks []hal.Block, times []time.Duration) {
	t.Helper()
	due := 0
	next := func() {
		if len(batches) == 0 {
			node.End()
			return
		}
		b := batches[0]
		batches, due = batches[1:], len(b.stamps)-b.lost
		c.boot, c.wall = b.boot, c.wall+b.set
		var p []byte
		for i, at := range b.stamps {
			p = append(p, frame(int16(i), 0, 0, at)...)
		}
		node.Push(p...)
	}
	next()
	err := src.Run(t.Context(), func(b hal.Block) {
		b.Values = slices.Clone(b.Values)
		blocks = append(blocks, b)
		for i := range b.Samples() {
			times = append(times, b.At+time.Duration(i)*b.Period)
		}
		if due -= b.Samples(); due == 0 {
			next()
		}
	})
	if err == nil || due != 0 {
		t.Fatalf("%d samples did not come: %v", due, err)
	}
	return blocks, times
}

// every is n times, one period apart.
func every(from, period time.Duration, n int) (list []time.Duration) {
	for i := range n {
		list = append(list, from+time.Duration(i)*period)
	}
	return list
}

func TestFramesBecomeSamples(t *testing.T) {
	c := &steps{boot: 100 * time.Second}
	_, node, src := imu(t, c)
	blocks, times := play(t, src, node, c,
		batch{boot: c.boot, stamps: every(c.boot, 0, 1)},
		batch{boot: c.boot + 50*ms, stamps: every(c.boot+10*ms, 10*ms, 5)},
	)
	if len(blocks) != 2 || !blocks[0].Discont || blocks[1].Discont || blocks[1].Period != 10*ms {
		t.Fatalf("blocks %+v", blocks)
	}
	if want := every(100*time.Second, 10*ms, 6); !slices.Equal(times, want) {
		t.Errorf("times %v, want %v", times, want)
	}
	for i := range 5 {
		if got := blocks[1].Values[3*i]; !close32(got, float64(i)*0.000598) {
			t.Errorf("sample %d: ax %v, want %d * 0.000598", i, got, i)
		}
	}
}

// TestMissingSamplesAreAGap: at 104 Hz the samples are 9.6 ms apart; three of them are missing.
func TestMissingSamplesAreAGap(t *testing.T) {
	c := &steps{boot: 100 * time.Second}
	_, node, src := imu(t, c)
	p := 9615 * time.Microsecond
	stamps := append(every(c.boot, p, 4), every(c.boot+7*p, p, 4)...)
	blocks, times := play(t, src, node, c, batch{boot: c.boot, stamps: stamps[:1]}, batch{boot: c.boot + 11*p, stamps: stamps[1:]})
	var breaks []bool
	for _, b := range blocks {
		breaks = append(breaks, b.Discont)
	}
	if h := src.Health(); !slices.Equal(breaks, []bool{true, false, true}) || h.Dropped != 3 || h.Gaps != 1 || h.Skipped != 0 {
		t.Errorf("breaks %v, %d dropped, %d gaps, %d skipped", breaks, h.Dropped, h.Gaps, h.Skipped)
	}
	if len(times) != 8 || times[4] != 100*time.Second+7*p {
		t.Errorf("times %v", times)
	}
}

// TestRateThatIsNotAsSaid: a device that says 104 Hz and gives 40 is not full of gaps for ever.
func TestRateThatIsNotAsSaid(t *testing.T) {
	c := &steps{boot: 100 * time.Second}
	_, node, src := imu(t, c)
	play(t, src, node, c, batch{boot: c.boot, stamps: every(c.boot, 0, 1)}, batch{boot: c.boot + 2600*ms, stamps: every(c.boot+25*ms, 25*ms, 100)})
	if h := src.Health(); h.Gaps > 10 {
		t.Errorf("%d gaps in 100 even samples", h.Gaps)
	}
}

// TestRateOfATrigger: a chip that converts 104 times a second and is asked 25 times loses nothing.
func TestRateOfATrigger(t *testing.T) {
	for name, trigger := range map[string]map[string]string{
		"a timer": {"name": "pace", "sampling_frequency": "25.000"}, "one without a rate": {"name": "pace"},
	} {
		c := &steps{boot: 100 * time.Second}
		tree, node, _ := imu(t, c)
		tree.At("trigger0", "iio_sysfs_trigger", trigger)
		tree.Set("iio:device0", "trigger/current_trigger", "pace")
		src := iio.NewBuffered(iio.Config{Device: "lsm6dsox_accel", Root: tree.Root, Dev: node.Path, Watermark: 5, Clock: c})
		play(t, src, node, c, batch{boot: c.boot, stamps: every(c.boot, 0, 1)}, batch{boot: c.boot + 4*time.Second, stamps: every(c.boot+40*ms, 40*ms, 100)})
		if h := src.Health(); h.Gaps != 0 || h.Dropped != 0 || h.Samples != 101 {
			t.Errorf("%s: %d gaps, %d dropped of 101 even samples, %d came", name, h.Gaps, h.Dropped, h.Samples)
		}
	}
}

// TestStampsInAnotherClock: stamps in realtime become boot time, and stay on its line when the date is set between a
// sample and the read that finds it.
func TestStampsInAnotherClock(t *testing.T) {
	for _, set := range []time.Duration{0, time.Hour, -time.Hour, 400 * ms, -400 * ms, 24 * 365 * 30 * time.Hour} {
		c := &steps{boot: 100 * time.Second, wall: 1e9 * time.Second}
		tree, node, src := imu(t, c)
		tree.Set("iio:device0", "current_timestamp_clock", "realtime")
		before, after := c.boot+c.wall, c.boot+c.wall+set
		_, times := play(t, src, node, c,
			batch{boot: c.boot, stamps: every(before, 0, 1)},
			batch{boot: c.boot + 40*ms, stamps: every(before+10*ms, 10*ms, 4)},
			batch{boot: c.boot + 80*ms, set: set, stamps: append(every(before+50*ms, 10*ms, 2), every(after+70*ms, 10*ms, 2)...)},
			batch{boot: c.boot + 120*ms, stamps: every(after+90*ms, 10*ms, 4)},
		)
		if want := every(100*time.Second, 10*ms, 13); !slices.Equal(times, want) {
			t.Errorf("date set by %v: times %v, want %v", set, times, want)
		}
		if h := src.Health(); h.Gaps != 0 || h.Skipped != 0 || h.Dropped != 0 {
			t.Errorf("date set by %v: %+v", set, h)
		}
	}
}

// TestImpossibleStamps: a time that cannot be is not passed on.
func TestImpossibleStamps(t *testing.T) {
	c := &steps{boot: 100 * time.Second}
	_, node, src := imu(t, c)
	stamps := every(c.boot+10*ms, 10*ms, 5)
	stamps[1], stamps[3] = c.boot+time.Hour, c.boot-50*time.Second // in the future; long before the one before it
	_, times := play(t, src, node, c, batch{boot: c.boot, stamps: every(c.boot, 0, 1)}, batch{boot: c.boot + 50*ms, stamps: stamps, lost: 2})
	want := []time.Duration{100 * time.Second, 100*time.Second + 10*ms, 100*time.Second + 30*ms, 100*time.Second + 50*ms}
	if h := src.Health(); !slices.Equal(times, want) || h.Skipped != 2 {
		t.Errorf("times %v, %d skipped; want %v and 2", times, h.Skipped, want)
	}
}

// TestOldFramesAreNotNew: what the queue gathered while nobody read it is not passed off as new.
func TestOldFramesAreNotNew(t *testing.T) {
	c := &steps{boot: 100 * time.Second}
	_, node, src := imu(t, c)
	_, times := play(t, src, node, c, batch{boot: c.boot, stamps: append(every(c.boot-30*time.Second, 10*ms, 200), c.boot), lost: 200})
	if h := src.Health(); !slices.Equal(times, []time.Duration{100 * time.Second}) || h.Gaps != 0 {
		t.Errorf("times %v, %+v", times, h)
	}
}

// TestWithoutStamps: frames without a time are stamped by their arrival and the measured rate, and those that waited
// for a reader are thrown away.
func TestWithoutStamps(t *testing.T) {
	tree, node, src := imu(t, nil)
	tree.Set("iio:device0", "scan_elements/in_timestamp_en", "0")
	for _, file := range []string{"en", "index", "type"} {
		tree.Remove("iio:device0", "scan_elements/in_timestamp_"+file)
	}
	tree.Set("iio:device0", "sampling_frequency", "104")
	node.Push(slices.Repeat([]byte{7, 0, 7, 0, 7, 0}, 50)...)
	tick := time.NewTicker(10 * ms)
	defer tick.Stop()
	began := clock.System{}.Boot()
	done := make(chan struct{})
	var pushing sync.WaitGroup
	pushing.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				node.Push(1, 0, 2, 0, 3, 0)
			}
		}
	})
	last := began
	for _, b := range first(t, src, 30) {
		if b.At <= last || b.Values[0] > 0.0007 {
			t.Errorf("block at %v after %v with values %v", b.At, last, b.Values)
		}
		last = b.At
	}
	close(done)
	pushing.Wait()
}

func TestFloatsThatAreNone(t *testing.T) {
	c := &steps{boot: 100 * time.Second}
	tree, node := iiotest.New(t), iiotest.NewNode(t)
	tree.Add("iio:device0", map[string]string{
		"name": "radar", "current_timestamp_clock": "boottime", "buffer/enable": "1", "buffer/length": "128", "buffer/watermark": "1",
		"scan_elements/in_distance_en": "1", "scan_elements/in_distance_index": "0", "scan_elements/in_distance_type": "be:f32/32>>0",
		"scan_elements/in_timestamp_en": "1", "scan_elements/in_timestamp_index": "1", "scan_elements/in_timestamp_type": "be:s64/64>>0",
	})
	src := iio.NewBuffered(iio.Config{Device: "radar", Root: tree.Root, Dev: node.Path, Clock: c})
	var p []byte
	for i, v := range []float32{1.5, float32(math.NaN()), 2.5} {
		p = binary.BigEndian.AppendUint32(p, math.Float32bits(v))
		p = binary.BigEndian.AppendUint32(p, 0)
		p = binary.BigEndian.AppendUint64(p, uint64(c.boot)+uint64(i)*1e6)
	}
	node.Push(p...)
	var got []float32
	err := src.Run(t.Context(), func(b hal.Block) {
		if got = append(got, b.Values...); len(got) == 2 {
			node.End()
		}
	})
	if h := src.Health(); err == nil || !slices.Equal(got, []float32{1.5, 2.5}) || h.Skipped != 1 || h.Gaps != 1 {
		t.Errorf("%v, %+v, %v", got, h, err)
	}
}

// TestClipped: full scale is passed on and told.
func TestClipped(t *testing.T) {
	c := &steps{boot: 100 * time.Second}
	_, node, src := imu(t, c)
	var told string
	node.Push(frame(32767, 0, 0, c.boot)...)
	n := 0
	err := src.Run(t.Context(), func(b hal.Block) {
		told = src.Health().Reason
		if n += b.Samples(); n == 2 {
			node.End()
			return
		}
		c.boot += 10 * ms
		node.Push(frame(-32768, 0, 0, c.boot)...)
	})
	if err == nil || n != 2 || !strings.Contains(told, "ax is clipped") {
		t.Errorf("%d samples, health says %q: %v", n, told, err)
	}
}

func TestSilence(t *testing.T) {
	tree, node := iiotest.New(t), iiotest.NewNode(t)
	tree.Add("iio:device0", iiotest.IMU())
	src := iio.NewBuffered(iio.Config{Device: "lsm6dsox_accel", Root: tree.Root, Dev: node.Path, Silence: ms})
	err := src.Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "no sample for 1ms") {
		t.Errorf("%v", err)
	}
}
