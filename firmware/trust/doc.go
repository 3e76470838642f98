// Package trust decides what a device believes: which releases of models and of the agent are real, current and meant
// for it.
//
// In come metadata of The Update Framework (TUF) from a Source (a folder, a map, any function that fetches), and the
// device's Facts. Out go a Release, whose bytes Copy and CheckFile compare while they stream, or a *Refusal with a
// stable Code and a sentence. Signatures, thresholds, roles and versions are checked by go-tuf; this package adds
// what a device in the field needs around it:
//
//   - a first root that is believed by its digest only (Init),
//   - a time bound that never goes back and that no wrong clock can lift far (see timeBound),
//   - release numbers, floors and versions of metadata that outlive a lost copy of the metadata (marks),
//   - a copy on disk that a power cut leaves whole: the new one, the one before, or the enrolment root.
//
// Expired metadata stop new installs and are told as stale authority; nothing here stops what runs. The package imports
// go-tuf and internal/*, does no network, starts no goroutine, and never reads a bundle into memory. A Store may be used
// by several goroutines; one Store at a time owns its folder.
package trust
