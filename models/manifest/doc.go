// Package manifest reads what a model bundle says of itself and checks that it is true.
//
// A bundle is a folder, or the same files in one: manifest.json, model.<engine>, labels, golden vectors, and perhaps an
// acceptance set, a drift reference, a card. Open takes it as an fs.FS and returns a Bundle whose every field is
// validated, whose every listed file has the stated SHA-256, and whose labels, golden vectors and reference fit the
// stated tensors. OpenCases reads the acceptance set case by case. Match compares the statements with a loaded session,
// Verify runs the golden vectors on it.
//
// OpenZip reads NAME-VERSION.dunlin, a ZIP of stored files in exactly the form that WriteZip gives it. OpenDisk takes
// either kind by its path.
//
// The manifest is strict JSON: an unknown, missing or doubled key, a wrong type or an impossible value is an error
// that begins with the place, as `$.inputs[0].scale: …`. Every size is bounded before anything is allocated for it.
//
// FromLogits makes probabilities of what the first output gives, where the manifest says that it gives logits.
//
// Schema describes manifest.json to editors and other tools.
//
// The package imports models/engine, models/steps, models/window, the CBOR library and the standard library. It reads
// only what it is given, writes only to where it is told, and starts no goroutine.
package manifest
