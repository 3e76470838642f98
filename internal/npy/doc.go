// Package npy reads NumPy's array files (.npy, versions 1 to 3) of numbers.
//
// What enters: bytes from outside. What leaves: a shape and float32 values in row-major order, or one sentence on what
// is wrong. It allocates no more than the bytes that really arrive. It imports only the standard library and starts no
// goroutine.
//
// Format: numpy.lib.format in NumPy's documentation.
package npy
