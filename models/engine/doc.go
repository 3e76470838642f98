// Package engine is the vocabulary of inference runtimes: an Engine loads a model and hands out a Session; a Session
// has input and output Tensors and one verb, Invoke.
//
// Implementations (models/tflite, models/onnx) return concrete types that satisfy these interfaces and run the
// contract suite in models/enginetest. This package does no I/O, starts no goroutine and imports only the standard library.
package engine
