// Package hx711test is a model of the HX711 behind two pins: conversions that come by themselves, the shift register
// with its 25 to 27 pulses, the choice of the input, power-down by a long pulse, and values that settle after a reset.
//
// The chip brings its own clock, for the driver too, in which a pulse can be made long. New measures pulses by the clock
// that it is given, as that of a synctest bubble. A test in real time is not fast enough for that: the clock of a chip
// made by NewPatient stands still from the moment a conversion is ready until it has been read. The package imports
// internal/clock and periph's interfaces; no goroutine.
package hx711test
