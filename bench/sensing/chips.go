package sensing

import (
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/fifo"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
	"github.com/dunlin-iot/dunlin/hal/mpu6050"
	"github.com/dunlin-iot/dunlin/hal/mpu6050/mpu6050test"
)

// skew is how far the chips are off their nominal rate.
const skew = 0.02

// Chip is a sensor that is to be simulated.
type Chip struct {
	Name  string // "lsm6ds" or "mpu6050"
	Rate  hal.Hertz
	Every time.Duration // between two drains; zero means the driver's default
}

// meter is a bus that counts the CPU time of the model behind it.
type meter struct {
	*chiptest.Bus
	spent atomic.Int64
}

func (m *meter) Tx(address uint16, w, r []byte) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := cpuTime(unix.CLOCK_THREAD_CPUTIME_ID)
	err := m.Bus.Tx(address, w, r)
	m.spent.Add(int64(cpuTime(unix.CLOCK_THREAD_CPUTIME_ID) - began))
	return err
}

// cpuTime reads a CPU clock; both that are asked for exist on every Linux.
func cpuTime(clock int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

// walking is a signal that keeps the judge content: all axes move.
func walking(t time.Duration) (a, g [3]float64) {
	s, c := math.Sincos(2 * math.Pi * 2 * t.Seconds())
	return [3]float64{3 * s, 2 * c, 9.80665 + 2*s}, [3]float64{s, 0.5 * c, -s}
}

// source makes the driver of a chip on a metered bus.
func (c Chip) source() (*fifo.Source, *meter, error) {
	m := &meter{}
	bus := func() (i2c.BusCloser, error) { return m, nil }
	switch c.Name {
	case "lsm6ds":
		m.Bus = chiptest.New(map[uint16]chiptest.Model{lsm6ds.DefaultAddress: lsm6dstest.New(lsm6dstest.Config{Signal: walking, Skew: skew, Noise: 2})})
		return lsm6ds.New(lsm6ds.Config{Bus: bus, Where: "a model", Rate: c.Rate, Every: c.Every}), m, nil
	case "mpu6050":
		m.Bus = chiptest.New(map[uint16]chiptest.Model{mpu6050.DefaultAddress: mpu6050test.New(mpu6050test.Config{Signal: walking, Skew: skew})})
		return mpu6050.New(mpu6050.Config{Bus: bus, Where: "a model", Rate: c.Rate, Every: c.Every}), m, nil
	}
	return nil, nil, fmt.Errorf("chip %q: want lsm6ds or mpu6050", c.Name)
}
