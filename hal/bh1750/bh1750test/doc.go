// Package bh1750test is a model of the BH1750FVI (ROHM technical note 2009.04 Rev.B): its commands, the measurement
// time, one-time and continuous measurements that take as long as the slowest chip, and a data register that keeps the
// value before until one has ended.
//
// It is a chiptest.Model. The light is set by the test. The package imports hal/chiptest only for the interface it
// promises, and internal/clock; no goroutine.
package bh1750test
