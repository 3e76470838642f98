// Package scd4xtest is a model of Sensirion's SCD40 and SCD41 for tests: idle, asleep and measuring, periods of its own
// clock, words with CRC-8, data-ready.
//
// Transfers enter as for chiptest.Model, settings through methods; any goroutine may call them.
package scd4xtest
