// Package tflitemeta reads what a TensorFlow Lite file says of itself, without the runtime's library: its tensors, and
// the metadata that Google's tools put there, with the labels in the ZIP that is appended to the file.
//
// The bytes of a model enter Inspect, a Model leaves. Metadata is optional: a Model without it has Described unset. Its
// schema is metadata_schema.fbs of tflite-support 0.4.4, that of the model is TensorFlow's schema.fbs, version 3.
//
// Nothing of a file is believed: every offset is checked against the bytes that are there, the work is bounded by the
// file's size, texts and labels by constants. What is wrong with it is an error, not a crash.
//
// The package imports models/engine and the standard library, does no I/O and starts no goroutine.
package tflitemeta
