//go:build !linux

package gpio

import (
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// Kernel is a host without chips: only Linux has the GPIO character device.
func Kernel() Host { return none{began: time.Now()} }

type none struct{ began time.Time }

func (none) Chips() []ChipInfo          { return nil }
func (n none) Monotonic() time.Duration { return time.Since(n.began) }

func (none) Request(r Request) (Line, error) {
	return nil, &hal.AbsentError{What: "gpio line of " + r.Chip, Fix: "run the agent on Linux"}
}
