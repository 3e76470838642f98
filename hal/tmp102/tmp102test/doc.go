// Package tmp102test is a model of TI's TMP102 for tests: four 16-bit registers, continuous and one-shot conversions with
// their time, normal and extended mode.
//
// Transfers enter as for chiptest.Model, settings through methods; any goroutine may call them.
package tmp102test
