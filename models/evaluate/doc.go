// Package evaluate measures how good a model is on labelled data, and how fast: the acceptance test that travels with a
// bundle and runs on the device itself.
//
// Predictions with their truth enter, a Report leaves: every metric with its value, the number of samples behind it,
// a 95 % interval, and whether it is defined at all (a recall without a single sample of the class is not). Names and
// edge cases are scikit-learn's; where scikit-learn puts 0 for an undefined value, so does Value, and Defined is false.
// Check holds a report against bounds: it compares the unfavourable end of the interval, not the value.
//
// The arithmetic is pure and deterministic: the bootstrap draws from a seed of its own. The package imports
// models/engine and the standard library, and starts no goroutine.
package evaluate
