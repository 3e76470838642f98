package clock

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// A Clock tells the time since boot and the wall time. Tests bring their own.
type Clock interface {
	// Boot is CLOCK_BOOTTIME: time since the machine started, suspend included.
	Boot() time.Duration
	// Wall is the system's idea of the date, which may be years off.
	Wall() time.Time
}

// System is the kernel's clock.
type System struct{}

// Wall is time.Now.
func (System) Wall() time.Time { return time.Now() }

// BootID is the kernel's random name for this boot.
func BootID() (string, error) {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("read boot id: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}
