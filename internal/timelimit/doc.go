// Package timelimit learns how long a call usually takes and says how long one may take before it counts as stuck.
//
// Durations of calls enter, one limit leaves. It imports the standard library only, starts no goroutine and allocates
// nothing after New.
package timelimit
