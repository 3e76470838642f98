// Package fifo is the source for chips that keep their samples in a FIFO: it drains the FIFO at a steady rate, gives
// every sample a time by the measured output rate (hal/pace), judges it (hal/judge) and counts what the FIFO lost.
//
// A driver brings an Open function and a Chip; fifo.New makes the hal.Source, of the same shape as hal/poll. Samples
// that a working sensor cannot give cut a block in two: the good ones before are emitted, the next are discontinuous.
// Overruns become Dropped, estimated from the time that passed without samples. A chip from which nothing comes,
// whose drains fail Tolerate times in a row, or whose values stand still, ends Run with an error, and the supervisor
// opens it anew after a pause. A late drain loses nothing while the FIFO holds. The package imports hal, hal/judge, hal/pace and internal/clock,
// allocates nothing while all is well and starts no goroutine.
package fifo
