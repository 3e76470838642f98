// Package ds2482test is a model of the DS2482-100 (Maxim 19-4930), a bridge from I2C to 1-Wire, and of what tells the
// DS2482-800 (19-4932) from it.
//
// Its commands, its read pointer, its three registers and what it does not acknowledge are those of the data sheets, and
// so is how long it is busy. It has the time slots of its line made by a Line, bit by bit. Knobs break its supply, hold
// its line low, and keep it busy. The package imports hal/chiptest and internal/clock; no goroutine.
package ds2482test
