// Package tflite is the TensorFlow Lite engine: it finds the C library at run time, loads models and runs them, int8
// through XNNPACK.
//
// Enters: the path of a library (flag, $DUNLIN_TFLITE, known folders), the bytes of a model, the paths and options of
// plug-ins that bring delegates (plugin.c). Leaves: an engine.Session
// whose tensors are views of the library's memory, and a report of how far each delegate came and what it really took:
// observers before and behind it count (observer.c). Whether its answers are right is for models/probe to find out.
//
// The program has no link-time dependency on the library. The binding's calls end in trampolines.S, which jumps through
// a table that Open fills by name (table.c). Two entries of the table are ours: they give every model and interpreter
// an error log, because the binding's own reporter garbles its text (repair.c). Option structs of XNNPACK are laid out
// by the version that the library gives itself (xnnpack.c).
//
// The C library checks little of a model before it uses it, so Inspect checks the file first: every offset in bounds,
// every index in range, and the numbers known to make a kernel divide by zero.
//
// May import: models/engine, internal/solib, the binding github.com/mattn/go-tflite, the standard library; it is one of
// the few packages with cgo. It never calls the binding's delegates, string, CopyTo and CopyFrom calls, which are unsound.
//
// Goroutines: none of its own. A Session belongs to one goroutine at a time; different sessions may run at once. One
// process opens one library, because the jump table is one per process.
//
// A call can be cancelled from another goroutine, between two operators: a kernel or a delegate that hangs goes on.
package tflite

//go:generate go run ../../cross/trampolines .
