// Package cameratest is a model of a V4L2 camera at the level of its ioctls: what it offers, its buffers, its stream,
// frames that are lost when no buffer is free, stamps.
//
// It answers 32-bit programs, with times of either width, and 64-bit ones, with offsets as gcc prints them for
// <linux/videodev2.h>. Faults are made by its methods, from any goroutine. It starts no goroutine and lives by the time
// that it is given.
package cameratest
