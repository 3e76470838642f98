//go:build !linux

package clock

import "time"

var started = time.Now()

// Boot is the time since the process started: only Linux has CLOCK_BOOTTIME.
func (System) Boot() time.Duration { return time.Since(started) }
