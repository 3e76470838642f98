// Package traffic writes down what goes over an I2C or SPI bus, as text that people read and tests play back.
//
// A Recorder stands between a driver and its bus: transfers enter, the same transfers leave to the bus, and one line
// for each goes to a writer. Read turns the text back into transfers; hal/chiptest serves a bus or a port from it.
//
//	# dunlin bus traffic 1
//	# source: room
//	# t[s] address write read result
//	0.000000 0x76 d0 60 ok
//	0.000412 0x76 88 ?24 EREMOTEIO
//	0.001207 0x76 f425 - ok
//	0.002000 spidev0.0 d000 ff60 ok
//
// The address of a chip on SPI is its device, bus and chip select. There bytes are written and read at the same time,
// so both columns are as long; a message of several packets has a line for each. Bytes are hexadecimal, a dash where there are none, ?24 for 24 bytes that were asked for and did not come. The result
// is ok, the name of an errno, timeout, or error for any other. Lines that start with # are comments; the first one
// says what the file is and in which version.
//
// The package imports periph's interfaces and golang.org/x/sys; it starts no goroutine, and a Recorder may be used
// by several.
package traffic
