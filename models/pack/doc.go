// Package pack makes a bundle of a trained model: it writes the manifest, computes the golden vectors on the session it
// is given, and refuses a model whose answers are not those of its training side.
//
// What enters is a Spec, the words of a person, read by ParseSpec; the bytes that the spec names; recordings of samples;
// and an open session of the model. What leaves through Files are the files of the bundle by name, which
// manifest.WriteZip makes one file of. The same input gives the same bytes.
//
// The caller reads files and opens engines; pack does no I/O, starts no goroutine, and imports models/engine,
// models/manifest, models/window and the standard library.
package pack
