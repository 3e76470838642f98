// Package haltest is the contract suite for hal.Source: every source runs it in its own tests.
//
// A Subject makes the source in each situation that the contract speaks of; Run checks what the source does in it.
// Silence is the part of the contract that only sources have which wait for what others say. The obligations are those
// of the doc comments of hal.Source, hal.Block and hal.Health. Collect, Ends, EmitsNothing and Near are how a source's
// own tests run it and look at what comes, and Clock is time that a bubble can hold. The package imports hal,
// internal/clock and testing; its goroutines end with the test that started them.
package haltest
