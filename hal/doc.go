// Package hal is the vocabulary of sensing: what a source is, what it emits, and how it says that it is unwell.
//
// Concrete sources live in packages below this one (hal/replay, hal/process, one per chip family). Each is handed
// to a pipeline as a Source and proves itself with the contract suite in hal/haltest. This package does no I/O but
// reading the clock, starts no goroutine and imports only internal/clock and the standard library.
package hal
