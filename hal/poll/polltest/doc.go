// Package polltest is the suite for drivers of chips that are polled over I2C: every one runs it in its own tests.
//
// A Subject makes a driver on a bus with the model of its chip, both quicker than real ones. The suite runs the contract
// of sources, and holds the driver to what hal/poll promises: refused transfers are a gap and not an end, what no
// working chip measures stays inside, a chip that goes away ends the run as broken, and one that is of no use emits
// nothing. What is true of one chip only, its words and settings, each driver tests itself. The package imports hal,
// hal/chiptest, hal/haltest, hal/poll and testing; its goroutines end with the test that started them.
package polltest
