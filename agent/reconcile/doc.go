// Package reconcile brings a pipeline to the version that it is to use: one Keeper for each pipeline.
//
// What is wanted enters through the Slots of the shelf, changed by a person or by the hub; Wake says that something
// changed. The Keeper takes an attempt, has the new version opened and verified beside the old one, lets the pipeline
// swap between two windows, and watches the trial's guards once a second. Then it commits the version, or gives it back
// by itself, without a hub; either is an event with its reason. Every state is on the disk before the act, so a Keeper
// that starts after a crash goes on where it was: the pipeline starts with the version that has worked, and the trial
// begins again with one attempt less.
//
// The package imports agent/pipeline and vocabulary, never a concrete shelf or engine. A Keeper lives on the goroutine of
// its Run and starts no other.
package reconcile
