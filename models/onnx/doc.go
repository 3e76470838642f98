// Package onnx is the ONNX Runtime engine: it finds the library at run time, loads ONNX models and runs them.
//
// Enters: the path of a library (flag, $DUNLIN_ONNX, known folders), the bytes of a model. Leaves: an engine.Session
// whose tensors are memory of the session, and a report of which provider really runs how many nodes.
//
// Inspect reads the file before the library's C++ parser does: every length in bounds, sizes that agree with shapes,
// known operators only, no file beside the model, no local functions, and the numbers of tree and linear models that a
// kernel takes on trust. What a sound file can still do is ask for much time or memory; the watchdog and the probe in
// a child process are for that.
//
// The program has no link-time dependency on the library, and none on its header either: the C interface is one table
// of functions that only grows (api.h). So one binary runs whatever library from 1.16 to today's a user has, among
// them those of NVIDIA's boards. The well-kept binding github.com/yalue/onnxruntime_go asks for 1.24 or later, holds
// tensors in Go memory that C keeps pointers to, loads a model twice to learn its inputs, gives no access to the
// library's own account of who runs which node, and lets the library log to standard error. None of that can be mended
// from outside, so this package calls the table itself.
//
// Open dimensions: the first of an input, the batch, becomes 1; any other is refused. Where that leaves an output open,
// Load runs the model on zeros, and once more on another input, and refuses a shape that changes.
//
// May import: models/engine, internal/solib, the standard library; it is one of the few packages with cgo.
//
// Goroutines: none of its own; a session with one thread starts none in C either. A Session belongs to one goroutine
// at a time, except for Cancel; different sessions may run at once. One process opens one library.
package onnx
