// Package chiptest is an I2C bus of stateful chip models for tests of drivers: registers with meaning, not a list of
// canned answers.
//
// A Bus connects models by address and implements periph's i2c.BusCloser, so that a driver cannot tell it from a real
// one. The same Model can stand behind a kernel's bus (a fake USB bridge in a virtual machine). Registers is the usual
// byte-wide register file with an auto-incrementing pointer; models embed it and hook what their chip does on reads
// and writes. Faults (no acknowledgement, a bus that hangs) are knobs of the Bus. Models of concrete chips live in
// hal/<family>/<family>test. Every type may be used by several goroutines.
package chiptest
