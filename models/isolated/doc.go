// Package isolated runs a model in a process of its own: a stuck or crashing accelerator library then costs a call, not
// the agent.
//
// Enters: a command that calls Serve (the same program, a hidden command), a model's bytes. Leaves: an engine.Engine
// whose sessions have their tensors in memory that both processes map. An Invoke is two words in that memory and at most
// two futex wake-ups; nothing is copied or allocated in the parent. The child copies between the shared memory and its
// engine's own tensors.
//
// A call has a limit: ten times the measured 99th percentile, at least a second, unless Config says otherwise. A child
// that is over it, or dead, is killed with its process group; Invoke then returns an error that wraps engine.ErrLost
// and says which: no answer, a signal, an exit code. Later calls start another child, after a pause that doubles from
// call to call; after three falls in a row the model is loaded the engine's default way, and after three more without a
// delegate.
//
// A child holds the null device, its error output and four descriptors: two pipes, the model and the tensors. It dies
// with its parent (a signal from the kernel, and the end of a pipe), writes no core file, is the first that a lack of
// memory kills, and may have a limit of memory of its own. It needs no network and no file but the engine's libraries.
//
// May import: models/engine, internal/*, golang.org/x/sys, the standard library. Only Linux has what it needs; elsewhere
// Open returns an error.
//
// Goroutines: one for each living child, which waits for its end, and the one of os/exec that reads its error output. A
// Session belongs to one goroutine at a time, except that any may call Cancel.
package isolated
