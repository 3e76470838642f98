// Package hal is the vocabulary of sensing: what a source is, what it emits, and how it says that it is unwell.
//
// Concrete sources live in packages below this one (hal/replay, hal/process, one per chip family). Each is handed
// to a pipeline as a Source and proves itself with the contract suite in hal/haltest. This package holds no I/O,
// starts no goroutine and imports only the standard library.
package hal
