// Package verify recomputes the completeness invariant over a whole database, from its rows up:
//
//	delivered ∪ gaps = 1 … upto      disjoint, every gap with a cause, every delivered number in exactly one row
//
// What enters: an Auditor, which is a store.Reader. What leaves: a Report with one Line per (device, stream, epoch) and
// the faults found, the first one being the one to look at. It trusts nothing that ingest computed and changes nothing;
// it may run while the hub does. It imports hub/store and sync/wire and starts no goroutine.
package verify
