// Package manifest reads what a model bundle says of itself and checks that it is true.
//
// A bundle is a folder: manifest.json, model.<engine>, labels, golden vectors, card. Open takes it as an fs.FS and
// returns a Bundle whose every field is validated, whose every listed file has the stated SHA-256, and whose labels
// and golden vectors fit the stated tensors. Match compares the statements with a loaded session, Verify runs the
// golden vectors on it.
//
// The manifest is strict JSON: an unknown, missing or doubled key, a wrong type or an impossible value is an error
// that begins with the place, as `$.inputs[0].scale: …`. Every size is bounded before anything is allocated for it.
//
// The package imports models/engine, models/window, the CBOR library and the standard library. It reads only what it
// is given, writes nothing and starts no goroutine.
package manifest
