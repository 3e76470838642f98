// Package ina219test is a model of the INA219 (TI SBOS448): six registers, the programmable gain, triggered and
// continuous measurements that take their time, and the arithmetic of current, power and overflow.
//
// It is a chiptest.Model. Voltages are set by the test. The package imports hal/chiptest only for the interface it
// promises, and internal/clock; no goroutine.
package ina219test
