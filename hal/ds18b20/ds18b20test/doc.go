// Package ds18b20test is a 1-Wire bus of model DS18B20 (Maxim 19-7487): the scratchpad with its checksum, conversions
// that take their time at each resolution, undefined bits, power-up values, too little power, chips that come and go.
//
// Bus implements periph's onewire.BusCloser. The package imports internal/clock and periph's interfaces; no goroutine.
package ds18b20test
