// Package judge tells readings that a working sensor can give from those it cannot: out of range, not a number, stuck,
// clipped, flat.
//
// Samples enter through Look, a verdict with a reason leaves. Rules come from the chip's data sheet and stand in its
// driver. The package is pure arithmetic: it reads no clock, imports only the standard library and starts no
// goroutine. A Judge belongs to one goroutine and does not allocate while all is well.
package judge
