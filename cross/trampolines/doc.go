// Trampolines writes the assembly and the name table through which models/tflite calls a TensorFlow Lite library that
// is opened at run time: one jump through a table per function, without prototypes, so that it cannot disagree with a
// header. It reads symbols.txt and writes trampolines.S and symbols.h beside it. Run it with go generate
// ./models/tflite. It imports only the standard library and starts no goroutine.
package main
