// Package fleet is what an operator asks of devices: who is there, in which state, what is wrong in one sentence, how
// complete its records are, and what it decided.
//
// What enters: `up/state` messages, a word after each commit that a device's records have changed, and the rows of
// hub/store. What leaves: views (Overview, Detail, Decision) that the API and the pages both show, and a signal per
// watcher when something changed. Of two connections of one device the later one is believed: a late last will of the
// older one is ignored.
//
// It imports hub/store and sync/wire. It starts no goroutine, holds no socket, and decides nothing: commands, twins and
// certificates are not here yet.
package fleet
