package trust

import "time"

// maxAhead is how far hub time, build time or the kernel's clock may stand above the newest signature made offline.
// It is more than the year that offline metadata live, so that time can end their life, and short enough that one
// false answer about the time does harm only until the next signature.
const maxAhead = 400 * 24 * time.Hour

// timeBound is the date that expiry is checked against: a date that has certainly passed. It is the newest of the
// program's build time, of the signed `issued` field of offline metadata, and of hub time from a verified session.
// It is kept on disk and never goes back, but for a new version of root, which starts it again.
type timeBound struct {
	Bound   int64 `json:"bound"`   // Unix seconds
	Offline int64 `json:"offline"` // newest `issued` seen since the newest root
}

// lift raises the bound to t, but never more than maxAhead above the newest offline signature.
func (b *timeBound) lift(t time.Time) {
	b.Bound = max(b.Bound, min(t.Unix(), b.Offline+int64(maxAhead/time.Second)))
}

// sign takes the `issued` field of offline metadata into account.
func (b *timeBound) sign(issued time.Time) {
	b.Offline = max(b.Offline, issued.Unix())
	b.Bound = max(b.Bound, issued.Unix())
}

// restart is what a new version of root does: time that a stolen key or a false hub had lifted is forgotten.
func (b *timeBound) restart(issued, built time.Time) {
	*b = timeBound{}
	b.sign(issued)
	b.lift(built)
}

// now is the date for a check in this process. The kernel's clock counts only while it is plausible: after the bound
// and at most maxAhead above the newest offline signature. It is never written into the bound.
func (b timeBound) now(kernel time.Time) time.Time {
	if k := kernel.Unix(); k > b.Bound && k <= b.Offline+int64(maxAhead/time.Second) {
		return kernel.UTC()
	}
	return b.time()
}

func (b timeBound) time() time.Time { return time.Unix(b.Bound, 0).UTC() }
