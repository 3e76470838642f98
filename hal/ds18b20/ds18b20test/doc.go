// Package ds18b20test is a 1-Wire bus of model DS18B20 (Maxim 19-7487), bit by bit: search, select, the scratchpad with
// its checksum, conversions that take their time at each resolution, undefined bits, power-up values, chips without a
// supply of their own that starve when the line is used or not pulled up, chips that come and go.
//
// Bus is the wire for a model of a bridge (Reset, Slot, Pull), and a bus for a thermometer's source without one (Do,
// Search). The package imports internal/clock and periph's interfaces; no goroutine.
package ds18b20test
