// Package ads1115test is a model of the ADS1115 (TI SBAS444): four registers, the input multiplexer, the gain, single
// shots and continuous conversion that take their time.
//
// It is a chiptest.Model, fit for a bus in a test and for one that a kernel's driver reads. Voltages are set by the
// test. The package imports hal/chiptest only for the interface it promises, and internal/clock; no goroutine.
package ads1115test
