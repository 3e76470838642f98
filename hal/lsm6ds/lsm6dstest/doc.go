// Package lsm6dstest is a register model of ST's LSM6DSO and LSM6DSOX (data sheet DS12814, application note AN5192) for
// tests: two sensors with a signal of time, output registers with block data update, and the tagged FIFO of 512 words.
//
// Time and signal are injected; samples are made when a transfer looks, at the true rate (nominal plus Skew). It does
// what drivers rely on, ours and the kernel's st_lsm6dsx: identity, software reset and reboot that clear themselves,
// output data rates and full scales, data-ready flags, batching with tag, slot counter and parity, overwriting and its
// latched flag, settling of the gyroscope, the pages of FUNC_CFG_ACCESS. It does not model interrupts pins, the sensor
// hub, embedded functions, compression, the self test and the filters. Model implements chiptest.Model.
package lsm6dstest
