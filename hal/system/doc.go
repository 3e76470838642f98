// Package system senses the machine itself: temperature of its processor, throttling, load, memory, disk, supply voltage.
//
// Small files of /sys and /proc enter, one sample of all channels leaves at a steady rate. Which channels there are is
// settled by New, from the configuration or from what this machine has. Flags are 0 or 1. A flag exists only where the
// machine tells it: a Raspberry Pi's firmware (get_throttled, or rpi_volt on kernels without it), the throttle alerts
// and over-current counters of a Jetson, the cooling of processors on others. The package imports hal, hal/judge,
// hal/poll, internal/clock and the standard library, and starts no goroutine.
package system
