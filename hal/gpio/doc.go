// Package gpio is the source for GPIO lines: levels that are polled, edges with the kernel's own time stamps, and
// pulses counted per interval.
//
// A chip and a line by name or number enter; samples leave. Edges are stamped by the kernel's interrupt handler on
// CLOCK_MONOTONIC and converted here to CLOCK_BOOTTIME. What the kernel's event buffer lost shows as a hole in the
// sequence numbers: an edge source counts it as dropped, a counter counts it as edges, which it was. Debouncing is the
// kernel's.
//
// List shows chips and lines with what uses them; Pin is a line for drivers that take periph's gpio.PinIO. Both, and
// the source, see lines through a Host: the kernel's (go-gpiocdev, which only this package imports), or that of
// gpiotest. The package imports hal, hal/poll and internal/clock. A line with edges has one goroutine of the library;
// it ends with Run. On other systems than Linux everything compiles and every line is absent.
package gpio
