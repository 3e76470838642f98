// Package tflitetest builds a delegate plug-in that fails where and how its options say: testdata/fault.c lists them. It does
// real work otherwise, with the kernels of the library that loads it.
//
// Enters: the C compiler of the machine. Leaves: the path of a shared library. Only tests and benchmarks import it.
package tflitetest
