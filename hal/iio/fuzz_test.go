package iio_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/iio/iiotest"
)

// FuzzFrames queues any bytes: what leaves are whole samples whose times only grow and are not in the future.
func FuzzFrames(f *testing.F) {
	f.Add(frame(1, 2, 3, 100*time.Second))
	f.Add(append(frame(1, 2, 3, 100*time.Second), frame(1, 2, 3, 100*time.Second+time.Millisecond)...))
	f.Add(frame(1, 2, 3, -1)[:15])
	f.Add(make([]byte, 100))
	tree := iiotest.New(f)
	tree.Add("iio:device0", iiotest.IMU())
	f.Fuzz(func(t *testing.T, bytes []byte) {
		c, node := &steps{boot: 100 * time.Second}, iiotest.NewNode(t)
		src := iio.NewBuffered(iio.Config{Device: "lsm6dsox_accel", Root: tree.Root, Dev: node.Path, Clock: c})
		bytes = bytes[:min(len(bytes), 4000)]
		node.Push(frame(0, 0, 0, c.boot)...)
		n, last := 0, time.Duration(0)
		err := src.Run(t.Context(), func(b hal.Block) {
			if n == 0 {
				c.boot += time.Second
				node.Push(bytes...)
				node.End()
			}
			if b.Channels != 3 || len(b.Values) != 3*b.Samples() || b.Samples() == 0 || b.At <= last || b.Period < 0 {
				t.Errorf("block %+v after %v", b, last)
			}
			n += b.Samples()
			if last = b.At + time.Duration(b.Samples()-1)*b.Period; last > c.boot+20*time.Millisecond {
				t.Errorf("a sample of %v at %v", last, c.boot)
			}
		})
		if err == nil || n > 1+len(bytes)/16 {
			t.Errorf("%d samples of %d bytes, %v", n, len(bytes), err)
		}
	})
}
