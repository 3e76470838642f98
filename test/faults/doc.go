// Package faults runs the real agent against the real hub and does to them what the field does: kill -9 at random, a
// broker that comes and goes, a hub that is killed, versions of a model that are tried meanwhile, a model whose process
// is killed or stopped. Every run ends by checking the completeness invariant: what the spool had committed is in the
// hub exactly once. It holds only tests; seeds are printed, and DUNLIN_SEED takes one back.
package faults
