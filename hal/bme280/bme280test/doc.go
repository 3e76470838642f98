// Package bme280test is a model of Bosch's BME280 and BMP280 for tests: registers, forced and normal mode with their
// times, shadowed samples, reset, registers over SPI, and the calibration words and raw values of the data sheet's worked example.
//
// Transfers enter as for chiptest.Model, settings through methods; any goroutine may call them. Physical values are
// turned into raw ones by inverting the data sheet's floating-point formulas, which the driver does not use.
package bme280test
