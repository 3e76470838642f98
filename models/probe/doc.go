// Package probe proves an accelerator before a model is trusted to it: a process of its own loads the model with the
// delegate, compares its answers and its speed with the CPU's and says how far it came.
//
// Enters: a model's bytes, recorded inputs, a preference of delegates, a command that calls Serve (the same program, a
// hidden command). Leaves: one engine.Walk per delegate, and the delegates that are worth loading, the best one first. A
// crash, a hang, a missing instruction and an exit without an answer are reasons like any other.
//
// The child gets everything through a pipe; it needs no network and no file but the engine's libraries. It has limits of
// time and memory, dies with its parent and writes no core file. Its verdict is kept in a folder under everything that
// it depends on: model, vectors, delegate's library and options, threads, runtime, kernel, board. A verdict under any
// other key is not looked at. What may be otherwise tomorrow is not kept: a missing device, a refused permission; a crash
// or a hang is kept until the machine starts anew.
//
// May import: models/engine, models/manifest, internal/*, the standard library, golang.org/x/sys. Only Linux has what it
// needs; elsewhere every verdict is that the probe could not be made.
//
// Goroutines: Run starts one that reads the child's words and waits for it.
package probe
