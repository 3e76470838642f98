// Package shelf keeps the models of a device: bundles come in, are checked and unpacked, and wait to be used by
// pipelines; which version each pipeline uses, and which one is on trial, is kept through crashes and power cuts.
//
//	ROOT/state.json                       everything below, through the atomic-write helper
//	ROOT/incoming/SHA256.dunlin           a bundle's file until it is unpacked
//	ROOT/NAME/VERSION-DIGEST12/           an unpacked bundle; DIGEST12 begins the SHA-256 of its manifest.json
//
// A version goes offered -> accepted or refused(reason) -> fetching -> verified. A slot, which belongs to one pipeline,
// takes a verified version through waiting -> activating -> trial -> committed or reverted(reason). Every state is on
// the disk before what it announces is done, every step may be repeated, and Resume goes on where a crash came between.
// While a version is activating or on trial the slot's active version stays what it was: whatever happens, the pipeline
// starts with a version that has worked. Each start of a trial takes one attempt away before the model is opened; a
// version without attempts left is reverted. How a trial ended is kept until it has been told.
//
// Bytes enter through Import; whether they are to be believed is decided by a function in Config. Folders leave as
// paths. The package imports models/manifest and internal/*, runs no model, does no network and starts no goroutine. A Shelf may be used by several goroutines; one Shelf at a time owns its folder.
package shelf
