package iio

import (
	"time"

	"golang.org/x/sys/unix"
)

// clockOf is the number of a clock that current_timestamp_clock names (drivers/iio/industrialio-core.c), those of
// realtime and boottime excepted. A coarse clock is the fine one at its last tick: the fine one has the same distance to
// boottime, without a jitter of one tick.
func clockOf(name string) (int32, bool) {
	switch name {
	case "monotonic", "monotonic_coarse":
		return unix.CLOCK_MONOTONIC, true
	case "monotonic_raw":
		return unix.CLOCK_MONOTONIC_RAW, true
	case "tai":
		return unix.CLOCK_TAI, true
	}
	return 0, false
}

func knownClock(name string) bool {
	_, ok := clockOf(name)
	return ok || name == boottime || isRealtime(name)
}

func readClock(name string) time.Duration {
	id, ok := clockOf(name)
	if !ok {
		return 0
	}
	var ts unix.Timespec
	if err := unix.ClockGettime(id, &ts); err != nil {
		panic("iio: clock " + name + ": " + err.Error()) // every kernel with this attribute has them all
	}
	return time.Duration(ts.Nano())
}
