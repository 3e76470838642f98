// Package wire owns what crosses the link between a device and the hub: topics, payloads, and the words both sides
// share (Stream, Class, Cause, Epoch, Life, Batch, Gap, Ack).
//
// A stream numbers its records 1, 2, 3, … within an epoch. For each (device, epoch, stream), at the hub:
//
//	delivered ∪ gaps = 1 … upto      disjoint, every gap with a cause
//
// Batches and acknowledgements are CBOR (RFC 8949, core deterministic, integer keys); state is JSON. Everything here
// is pure: bytes in, values out. Every decoder is fuzzed, bounds what it allocates, and never panics.
package wire
