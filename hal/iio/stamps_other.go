//go:build !linux

package iio

import "time"

func knownClock(name string) bool { return name == boottime || isRealtime(name) }

func readClock(string) time.Duration { return 0 }
