// Package poll is the source for chips that give one sample when they are asked: it asks at a steady rate, stamps what
// comes, judges it, and tells trouble as states of health.
//
// A driver brings an Open function and a Chip; poll.New makes the hal.Source. A read that fails and a reading that a
// working sensor cannot give are skipped, counted and make the next block discontinuous; nothing old is ever passed
// off as new. After Tolerate failures in a row, or as many readings that stand still for longer than the chip's noise
// allows, Run returns the error, and the supervisor opens the chip anew after a pause. The package imports hal, hal/judge and internal/clock, and starts no goroutine: one that hangs in a read
// hangs alone. Deadlines of a bus are the bus's own.
package poll
