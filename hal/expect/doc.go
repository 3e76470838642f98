// Package expect holds the samples of any source against what its owner expects of them: limits, noise, movement.
//
// A source enters, and a source leaves that gives the same samples less those that are of no use: out of range, not a
// number, unchanged for too long. They cut a block in two, and what follows them is discontinuous, as hal/poll and
// hal/fifo have it for the rules of data sheets. What is only suspect, clipped or flat, is passed on. Either is told in
// Health, together with what the source says of itself, until a second after it was seen last. Expectations add to what
// a driver knows of its chip and take nothing back: what the driver refuses never comes here.
//
// A source that is stuck goes on, and gives nothing until its value changes. Where opening it anew may help
// (Config.Reopen), Run ends with an error after five blocks that end so, and the supervisor opens it after a pause; a
// value that stands through that is as old as it was before.
//
// The package imports hal, hal/judge, internal/clock and internal/spelling. It allocates nothing while samples come,
// and starts no goroutine.
package expect
