package pipeline

import (
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// ringBytes bounds the samples of one ring. Those of more than 1 kB are so few that the bound tells: pictures.
const ringBytes = 4 << 20

// ring holds the newest samples between the goroutine of a source and that of a pipeline. Each sample keeps its time,
// and whether samples are missing before it.
type ring struct {
	limit int // samples, if there is memory for so many
	size  int
	ready chan struct{} // one slot: samples have come, or the end
	space chan struct{} // one slot: samples have gone

	mu       sync.Mutex
	channels int // of the samples inside; set by the first block
	values   []float32
	at       []time.Duration
	discont  []bool
	head     int // where the next sample goes
	count    int
	broken   bool // samples are missing before the next one that comes
	ended    bool
	deserted bool // the pipeline has stopped reading
}

func newRing(limit int) *ring {
	return &ring{limit: limit, size: limit, ready: make(chan struct{}, 1), space: make(chan struct{}, 1)}
}

// put writes a whole block over the oldest samples and returns how many of them nobody had read.
func (r *ring) put(b hal.Block) (lost int) {
	r.mu.Lock()
	lost = r.shape(b)
	n := b.Samples()
	r.broken = r.broken || b.Discont
	skip := max(n-r.size, 0) // of a block larger than the ring only the end stays
	if skip > 0 {
		r.broken = true
	}
	if over := r.count + n - skip - r.size; over > 0 {
		lost += over
		r.count -= over
		r.markOldest()
	}
	r.write(b, skip, n)
	r.mu.Unlock()
	signal(r.ready)
	return lost + skip
}

// offer writes as much of a block as there is space for, from sample number from on, and returns how much that was.
func (r *ring) offer(b hal.Block, from int) (written, lost int) {
	r.mu.Lock()
	if from == 0 {
		lost = r.shape(b)
		r.broken = r.broken || b.Discont
	}
	n := min(b.Samples()-from, r.size-r.count)
	r.write(b, from, from+n)
	r.mu.Unlock()
	signal(r.ready)
	return n, lost
}

// shape fits the ring to the block's channels. Samples of another shape that wait inside are lost.
func (r *ring) shape(b hal.Block) (lost int) {
	if b.Channels == r.channels || b.Channels <= 0 {
		return 0
	}
	lost, r.count, r.head = r.count, 0, 0
	r.channels, r.broken = b.Channels, true
	r.size = within(ringBytes, b.Channels, min(2, r.limit), r.limit)
	r.values = make([]float32, r.size*b.Channels)
	r.at = make([]time.Duration, r.size)
	r.discont = make([]bool, r.size)
	return lost
}

// within is how many samples of a number of channels fit into bytes, between low and high.
func within(bytes, channels, low, high int) int {
	return min(max(bytes/(4*channels), low), high)
}

// markOldest notes that samples before the oldest one are gone. When none is left the next one carries the mark.
func (r *ring) markOldest() {
	if r.count == 0 {
		r.broken = true
		return
	}
	r.discont[(r.head-r.count+r.size)%r.size] = true
}

func (r *ring) write(b hal.Block, from, to int) {
	ch := r.channels
	for i := from; i < to; i++ {
		copy(r.values[r.head*ch:(r.head+1)*ch], b.Values[i*ch:])
		r.at[r.head] = b.At + time.Duration(i)*b.Period
		r.discont[r.head] = r.broken
		r.broken = false
		if r.head++; r.head == r.size {
			r.head = 0
		}
		r.count++
	}
}

// end says that no more samples will come.
func (r *ring) end() {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	signal(r.ready)
}

// desert says that the pipeline reads no more, and returns how many samples it leaves behind.
func (r *ring) desert() (left int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	left, r.count = r.count, 0
	r.deserted = true
	r.broken = r.broken || left > 0
	signal(r.space)
	return left
}

// join says that the pipeline reads again.
func (r *ring) join() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deserted = false
}

// alone reports whether nobody reads.
func (r *ring) alone() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deserted
}

// discard passes over what is left of a block when nobody reads, and returns how many samples that was.
func (r *ring) discard(b hal.Block, from int) (lost int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.deserted {
		return 0
	}
	r.broken = true
	return b.Samples() - from
}

// waiting is the number of samples inside.
func (r *ring) waiting() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

// segment is a run of samples without a break, copied out of a ring.
type segment struct {
	channels int // that the reader understands
	values   []float32
	at       []time.Duration
	n        int  // samples
	discont  bool // samples are missing before the first
	refused  int  // samples of another shape that were thrown away instead
}

func newSegment(samples, channels int) *segment {
	return &segment{channels: channels, values: make([]float32, samples*channels), at: make([]time.Duration, samples)}
}

// take moves the oldest samples into s, up to the next break or as many as fit. It reports false when there are none,
// and whether there will be any.
func (r *ring) take(s *segment) (ok, ended bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.n, s.refused = 0, 0
	if r.count == 0 {
		return false, r.ended
	}
	if r.channels != s.channels {
		s.refused, r.count = r.count, 0
		signal(r.space)
		return true, r.ended
	}
	i := (r.head - r.count + r.size) % r.size
	s.discont = r.discont[i]
	for s.n < min(len(s.at), r.count) && (s.n == 0 || !r.discont[i]) {
		copy(s.values[s.n*s.channels:(s.n+1)*s.channels], r.values[i*s.channels:])
		s.at[s.n] = r.at[i]
		s.n++
		if i++; i == r.size {
			i = 0
		}
	}
	r.count -= s.n
	signal(r.space)
	return true, r.ended
}

// signal wakes the one goroutine that waits on a channel of one slot.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
