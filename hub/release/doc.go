// Package release keeps the signed repository of versions: what a fleet may install, in files of The Update Framework.
//
// In come bundles and agent binaries with the numbers and demands that their owner gives them, and key files; out goes a
// folder that any TUF client can refresh from. Work happens in three steps, which may be on three machines: staging
// (no key needed), signing (an offline key, which first prints in words what it signs) and publishing (the online key).
// It may import firmware/trust, models/manifest and internal/*, go-tuf and age; it does no network and starts no
// goroutine. A folder has one writer at a time.
//
// Layout of the folder:
//
//	metadata/N.root.json, N.targets.json, N.models.json, N.firmware.json, N.snapshot.json, timestamp.json
//	targets/models/SHA256.NAME-VERSION.dunlin, targets/agent/SHA256.VERSION-ARCH
//	staged/root.json, targets.json, models.json, firmware.json: the next versions, not yet signed by enough keys
package release
