// Package hdc302xtest is a model of TI's HDC302x for tests: triggered and automatic measurements with their times, words
// with CRC, manufacturer, heater.
//
// Transfers enter as for chiptest.Model, settings through methods; any goroutine may call them.
package hdc302xtest
