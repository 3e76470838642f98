// Package sensing is the device of the figures about sensors: a chip model on a bus, its driver, and the pipeline with
// the real motions model and a spool behind it, all in this process and in real time.
//
// The time that the chip model itself computes is metered on the bus, by the CPU clock of the thread that waits for it,
// so that it can be taken off the process's. What the kernel spends on real transfers is not in it; the figure of the
// I2C transaction has that. It runs in the repository's root folder.
package sensing
