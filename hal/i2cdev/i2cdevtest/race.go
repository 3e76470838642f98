package i2cdevtest

import (
	"runtime"
	"sync"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// Result of Race. Only Right may be more than zero after a run on a sound bus.
type Result struct {
	Right  int   // reads of the value that was wanted
	Wrong  int   // reads that succeeded with another value
	Errors int   // reads that failed
	First  error // the first failure
}

// Race reads one register from 8 goroutines for d, while the stacks grow and shrink under a garbage collection every
// millisecond. A bus that hands the kernel addresses of stack memory reads wrong values here; nothing else shows it.
func Race(bus i2c.Bus, address uint16, register, want byte, d time.Duration) Result {
	const readers = 8
	stop := make(chan struct{})
	results := make([]Result, readers)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() { results[i] = read(bus, address, register, want, stop) })
	}
	wg.Go(func() { collect(stop) })
	<-time.After(d)
	close(stop)
	wg.Wait()
	return sum(results)
}

func read(bus i2c.Bus, address uint16, register, want byte, stop <-chan struct{}) (res Result) {
	for {
		select {
		case <-stop:
			return res
		default:
		}
		deep(400)
		switch got, err := once(bus, address, register); {
		case err != nil && res.First == nil:
			res.First = err
			res.Errors++
		case err != nil:
			res.Errors++
		case got != want:
			res.Wrong++
		default:
			res.Right++
		}
	}
}

// once keeps its buffers on the stack as far as the bus lets it.
func once(bus i2c.Bus, address uint16, register byte) (byte, error) {
	w, r := [1]byte{register}, [1]byte{}
	err := bus.Tx(address, w[:], r[:])
	return r[0], err
}

// collect forces collections: each shrinks the stacks that deep has grown.
func collect(stop <-chan struct{}) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			runtime.GC()
		}
	}
}

// deep makes the stack large.
//
//go:noinline
func deep(n int) int {
	var frame [256]byte
	frame[n%len(frame)] = byte(n)
	if n == 0 {
		return int(frame[0])
	}
	return deep(n-1) + int(frame[5])
}

func sum(results []Result) (all Result) {
	for _, r := range results {
		all.Right += r.Right
		all.Wrong += r.Wrong
		all.Errors += r.Errors
		if all.First == nil {
			all.First = r.First
		}
	}
	return all
}
