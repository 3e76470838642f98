// Package window turns blocks of samples into a model's input: framing with a hop, preprocessing, quantisation.
//
// Blocks of float32 samples enter through Push, in any length. Each full window leaves through Next, which writes it
// straight into the session's input tensor. Where the steps of preprocessing treat every value alone (scale,
// normalise, or none), every sample is scaled and quantised once, when it arrives, however many windows overlap it; a
// window is then two copies of bytes. Other steps run on each whole window (package steps), and the tensor may be of
// another length than the window. Neither call allocates.
//
// No window is ever glued from two places: a discontinuity empties the framer. No window ever carries a value that is
// not a number, before or after the steps: such a window is refused and counted.
//
// The package imports models/engine, models/steps and the standard library, does no I/O and starts no goroutine. A
// Framer belongs to one goroutine.
package window
