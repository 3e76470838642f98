// Package pace gives every sample of a FIFO a time, by the rate at which the samples really come.
//
// "At t, n more samples were waiting" enters through Take, the time of the first of them and the time between two leave.
// The rate printed in a data sheet is off by per cents (LSM6DSOX, MPU-6050: 5 % and more over temperature), and the
// moments of looking are late by what the machine does at the time; so Pace keeps a running fit of both, a Kalman
// filter of two states (time of the newest sample, period) that forgets within about 20 s. Its gain falls as it learns:
// the first seconds follow fast, afterwards one late look moves nothing. A step that no lateness explains is a slip:
// samples were lost. Stamps only ever grow.
//
// The package is pure arithmetic: it imports hal, reads no clock, allocates nothing and starts no goroutine. A Pace
// belongs to one goroutine.
package pace
