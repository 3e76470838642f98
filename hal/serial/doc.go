// Package serial reads samples from a serial line: a microcontroller or an instrument that prints one line of numbers
// for one sample.
//
// The line is set to 8 data bits, no parity, one stop bit and no flow control, at any rate that its driver
// can make, and is taken for this process alone. Lines enter in the grammar of hal/lines; what stands before the first
// line end is not used, for it may be half a line. A line ends with a carriage return, a line feed, or both. A break or a
// framing error puts a byte into the line that no number has, so the line is refused. Blocks leave, stamped when their
// line arrived.
//
// Opening a line raises DTR, which restarts many small boards; closing it leaves DTR raised, so a restart of the source
// need not restart the board. An adapter that is pulled out ends Run with an error; the supervisor's next Run finds it
// absent until it is back. The package imports hal, hal/lines, internal/clock and golang.org/x/sys. Run starts no
// goroutine but the one of context.AfterFunc, which has ended when it returns.
package serial
