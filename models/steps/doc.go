// Package steps prepares a model's window: mel spectra, filters, statistics, pictures of another size.
//
// What enters is a window of float32, row after row: a row is one sample in time with one column per channel, or one
// picture. What leaves is another such window, whose Shape is known before the first sample arrives. A Spec names a
// step with its parameters as the manifest writes them; Kinds lists every step with every parameter, its unit (in its
// name), bounds and default. Out checks a list of Specs and says the final shape, cheaply; New builds the Chain. An
// error names the step and the parameter.
//
// Apply allocates nothing: all tables and buffers are made by New. Arithmetic is float32 where that is what the Python
// reference does, float64 for sums that would lose digits. Each step is checked against its Python reference (NumPy,
// SciPy, librosa, Pillow); the tolerance stands in its Kind.
//
// Real Fourier transforms take lengths whose prime factors are at most 61; 2, 3 and 5 are fast.
//
// The package imports only the standard library, does no I/O and starts no goroutine. A Chain belongs to one goroutine.
package steps
