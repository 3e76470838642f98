// Package iio reads sensors through the kernel's Industrial I/O drivers.
//
// Scan lists what there is: devices, their channels with hal names and units, rates, triggers. A Polled source asks
// attributes of /sys at a steady rate, which suits slow sensors. A Buffered source reads frames that the kernel stamped
// and queued from /dev/iio:deviceN, which suits IMUs and converters: every sample has the kernel's time, and samples
// that the queue lost show as gaps.
//
// The kernel's scale and offset are applied in float64, units become those of hal (Documentation/ABI/testing/
// sysfs-bus-iio: millidegrees, kilopascals, gauss and so on). Stamps in another clock than CLOCK_BOOTTIME are converted
// where they are read, steps of that clock included.
//
// A chip may pace its buffer itself, or a trigger of the kernel does, at a rate of its own: a timer. Plan and PlanTrigger
// say what must stand in the attributes of both for a Buffered source; they belong to root, and a udev rule writes them
// (see hal/udev). A source finds everything as planned and touches nothing, or says that it is absent, and that
// `dunlin sources setup` makes the rule: sources never write in /sys. The package imports hal, hal/judge, hal/pace,
// hal/poll, internal/clock and golang.org/x/sys; its sources start no goroutine but the one of context.AfterFunc, which
// has ended when Run returns.
package iio
