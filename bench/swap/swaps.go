package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
)

const (
	swaps    = 100
	many     = 1000
	settling = 300 // swaps before memory is measured: every thread's heap has been used by then
	step     = 40  // swaps between two measurements
	growth   = 0.02
)

// lostWindows swaps 100 times on a pipeline of 200 windows a second. Every other new version is taken back.
func lostWindows(ctx context.Context) (out report.Line, err error) {
	l, err := newLine(ctx, 5*time.Millisecond, 1)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	begun, before := time.Now(), l.windows.Load()
	for i := range swaps {
		if err := l.swap(ctx); err != nil {
			return out, err
		}
		if i%2 == 0 {
			err = l.pipe.Back(ctx)
		} else {
			err = l.pipe.Keep(ctx)
		}
		if err != nil {
			return out, err
		}
	}
	rate := float64(l.windows.Load()-before) / time.Since(begun).Seconds()
	if err := l.until(2); err != nil { // a loss shows with the decision after it
		return out, err
	}
	lost := l.lost.Load() + l.drops()
	return report.Line{
		Figure: "windows lost in 100 swaps at 200 windows/s", Target: "0",
		Result: fmt.Sprintf("%d (%.0f windows/s, half of the versions taken back)", lost, rate), OK: report.Met(lost == 0),
	}, nil
}

// memoryOfSwaps swaps 1,000 times; every fourth new version is wrong. The first fifth is held against the last one, by
// their medians: what the garbage collector has not given back yet comes and goes.
func memoryOfSwaps(ctx context.Context) (out report.Line, err error) {
	l, err := newLine(ctx, 2*time.Millisecond, 4)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	var sizes []float64
	for i := range settling + many {
		if i >= settling && i%step == 0 {
			size, err := resident()
			if err != nil {
				return out, err
			}
			sizes = append(sizes, size)
		}
		if i%4 == 3 {
			err = l.fail(i)
		} else if err = l.swap(ctx); err == nil {
			err = l.pipe.Keep(ctx)
		}
		if err != nil {
			return out, fmt.Errorf("swap %d: %w", i, err)
		}
	}
	part := len(sizes) / 5
	first, last := report.Median(sizes[:part]), report.Median(sizes[len(sizes)-part:])
	grown := (last - first) / first
	return report.Line{
		Figure: "memory over 1,000 swaps, a quarter of them failed", Target: "<= 2 %",
		Result: fmt.Sprintf("%+.1f %% of %.1f MiB", 100*grown, first/(1<<20)), OK: report.Met(grown <= growth),
	}, nil
}

// resident are the bytes of this process in memory, without garbage: the second number of proc_pid_statm(5), in pages.
func resident() (float64, error) {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseUint(string(bytes.Fields(text)[1]), 10, 64)
	return float64(pages) * float64(os.Getpagesize()), err
}
