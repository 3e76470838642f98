// Package audiotest is a model of a sound card at the level of its ioctls: what it offers, the states of its stream
// (open, setup, prepared, running, xrun, suspended, disconnected), a buffer that overruns when nobody reads, a clock
// of its own, stamps.
//
// It answers 32-bit and 64-bit programs alike, with offsets as gcc prints them for <sound/asound.h>. Faults are made
// by its methods, from any goroutine. It starts no goroutine and lives by the time that it is given.
package audiotest
