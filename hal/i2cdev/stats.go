package i2cdev

import (
	"errors"
	"maps"
	"os"
	"sync"
	"syscall"
	"time"
)

// Stats counts what happened at one address since the bus was opened.
type Stats struct {
	Transfers uint64                   // that succeeded
	Bytes     uint64                   // written and read by them
	Retries   uint64                   // calls to the kernel beyond the first, successful in the end or not
	Failed    uint64                   // transfers that ended in an error
	Hung      uint64                   // of those, the ones that met the deadline or a hung bus
	ByErrno   map[syscall.Errno]uint64 // failed transfers by cause
	Last      error                    // the last error; nil when there was none
	LastAt    time.Time                // when
	Worst     time.Duration            // the longest transfer, with its retries, failed ones included
}

// transfer is the outcome of one Tx.
type transfer struct {
	bytes, retries int
	took           time.Duration
	err            error
}

// tally keeps the counts, under a lock that is never held while the kernel works.
type tally struct {
	mu sync.Mutex
	by [128]*Stats
}

func (t *tally) add(address uint16, x transfer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.by[address]
	if s == nil {
		s = &Stats{}
		t.by[address] = s
	}
	s.Retries += uint64(x.retries)
	s.Worst = max(s.Worst, x.took)
	if x.err == nil {
		s.Transfers++
		s.Bytes += uint64(x.bytes)
		return
	}
	s.fail(x.err)
}

func (s *Stats) fail(err error) {
	s.Failed++
	s.Last, s.LastAt = err, time.Now()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.Hung++
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return
	}
	if s.ByErrno == nil {
		s.ByErrno = map[syscall.Errno]uint64{}
	}
	s.ByErrno[errno]++
}

// Plus is the sum of two counts of one address, as of a bus that was opened again.
func (s Stats) Plus(o Stats) Stats {
	s.Transfers += o.Transfers
	s.Bytes += o.Bytes
	s.Retries += o.Retries
	s.Failed += o.Failed
	s.Hung += o.Hung
	s.Worst = max(s.Worst, o.Worst)
	if o.LastAt.After(s.LastAt) {
		s.Last, s.LastAt = o.Last, o.LastAt
	}
	by := maps.Clone(s.ByErrno)
	for errno, n := range o.ByErrno {
		if by == nil {
			by = map[syscall.Errno]uint64{}
		}
		by[errno] += n
	}
	s.ByErrno = by
	return s
}

// Stats are the counts by address. They may be read at any time, also while the bus hangs.
func (b *Bus) Stats() map[uint16]Stats {
	b.tally.mu.Lock()
	defer b.tally.mu.Unlock()
	all := map[uint16]Stats{}
	for a, s := range b.tally.by {
		if s != nil {
			c := *s
			c.ByErrno = maps.Clone(s.ByErrno)
			all[uint16(a)] = c
		}
	}
	return all
}
