// Package enginetest is the contract of models/engine as tests: every engine runs the same suite on models of its own
// format.
//
// Enters: an engine.Engine, model files, and golden inputs and outputs computed by another runtime. Leaves: test
// results. It may import models/engine and the standard library. It starts goroutines only inside one test, which waits
// for them, and copies of the test program for what may crash. It reads /proc/self/statm, so the memory test needs Linux.
package enginetest
