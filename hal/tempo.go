package hal

import "time"

// tempo measures how fast and how evenly samples come, from the times that their blocks carry. Its estimates follow
// slow changes and forget a single late block: exponential averages over about 32 blocks.
type tempo struct {
	begun  bool
	last   time.Duration // time of the first sample of the block before
	count  float64       // samples of the block before
	blocks float64       // averaged so far, up to memory
	period float64       // of one sample, nanoseconds
	jitter float64       // nanoseconds
}

const tempoMemory = 32

// beat takes in one block. A discontinuity starts a new stretch and keeps the estimates.
func (t *tempo) beat(b Block) (Hertz, time.Duration) {
	n := float64(max(b.Samples(), 1))
	if t.begun && !b.Discont && b.At > t.last {
		t.learn(float64(b.At-t.last) / t.count)
	}
	t.begun, t.last, t.count = true, b.At, n
	if t.period <= 0 {
		return 0, 0
	}
	return Hertz(float64(time.Second) / t.period), time.Duration(t.jitter)
}

// learn takes in the period that one block showed.
func (t *tempo) learn(period float64) {
	t.blocks = min(t.blocks+1, tempoMemory)
	off := (period - t.period) * t.count
	if t.blocks == 1 {
		off = 0
	}
	t.period += (period - t.period) / t.blocks
	t.jitter += (max(off, -off) - t.jitter) / t.blocks
}
