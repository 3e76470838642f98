// Package fifotest is the suite for drivers of chips with a FIFO: every one runs it in its own tests.
//
// A Subject makes a driver on a chip model that feels a ramp, a signal that tells its own time. The suite runs the
// contract of haltest, and then the driver in simulated time, and holds it to what hal/fifo promises: stamps within a period or two though the chip is 3 % off,
// overruns counted, refused transfers that lose but never spoil, and chips that are reset, hang or go noticed. The
// package imports hal, hal/chiptest, hal/haltest and testing; its goroutines end with the test that started them.
package fifotest
