package enginetest

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
)

const (
	loads     = 100       // in an interval, unless the configuration says otherwise
	intervals = 12        // at most
	maxGrowth = 128 << 10 // bytes per interval; a model of 4 kB leaked at every load is three times that
)

// Rest runs cycle in intervals of n until the process's resident memory grows by no more than most bytes in one of them. A
// leak grows in every interval, for ever; the allocators of a C library fill their arenas, thread by thread, and come to
// rest. The first interval is not judged. Rest fails the test when memory still grows after twelve.
func Rest(t testing.TB, n, most int, cycle func()) {
	t.Helper()
	var grown []int
	for last := 0; len(grown) < intervals; {
		for range n {
			cycle()
		}
		now := resident(t)
		if last > 0 {
			grown = append(grown, (now-last)>>10)
			if now-last <= most {
				t.Logf("resident memory in kB per %d loads: %+d; rests at %d", n, grown, now>>10)
				return
			}
		}
		last = now
	}
	t.Errorf("resident memory in kB per %d loads: %+d; want one of at most %d", n, grown, most>>10)
}

// resident is the process's resident memory in bytes, with the Go heap given back to the system first: the second number
// of proc_pid_statm(5), in pages.
func resident(t testing.TB) int {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var total, pages int
	if _, err := fmt.Sscan(string(text), &total, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
