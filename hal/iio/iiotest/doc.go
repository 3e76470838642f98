// Package iiotest builds the files that the kernel's Industrial I/O shows, for tests: folders of attributes in place of
// /sys/bus/iio/devices, and a FIFO in place of /dev/iio:deviceN.
//
// What a test writes is what a source reads; nothing answers back, so an attribute keeps the text that was written last.
// The devices at hand copy what real drivers show. The package imports the standard library; it starts no goroutine.
package iiotest
