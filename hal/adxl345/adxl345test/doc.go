// Package adxl345test is a register model of Analog Devices' ADXL345 (data sheet rev. E or later) for tests: an
// accelerometer with a signal of time, its output registers and the FIFO of 32 samples before them.
//
// Time and signal are injected; samples are made when a transfer looks, at the true rate (nominal plus Skew). A transfer
// that touches the output registers takes a sample off, so a driver that reads byte by byte tears it; overruns set
// their flag until data is read. Full resolution is the only format. It does not model taps, activity, free fall,
// sleep, the trigger mode and interrupt pins. Model implements chiptest.Model.
package adxl345test
