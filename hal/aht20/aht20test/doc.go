// Package aht20test is a model of Aosong's AHT20 for tests: status, initialisation, triggered measurements with their
// time and checksum.
//
// Transfers enter as for chiptest.Model, settings through methods; any goroutine may call them.
package aht20test
