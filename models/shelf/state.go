package shelf

import (
	"maps"
	"slices"
	"strconv"
)

// State is how far a version has come on this device.
type State string

const (
	Offered    State = "offered"    // its bytes are here
	Accepted   State = "accepted"   // it is believed
	Refused    State = "refused"    // it is not, or its bundle is wrong
	Fetching   State = "fetching"   // it is being unpacked
	Verified   State = "verified"   // its folder is whole
	Waiting    State = "waiting"    // a pipeline is to use it
	Activating State = "activating" // it is being opened beside the old one
	Trial      State = "trial"      // it decides, and is watched
	Committed  State = "committed"  // it is the pipeline's version
	Reverted   State = "reverted"   // it was given up
)

// Version is a bundle that the shelf knows.
type Version struct {
	File     string `json:"file"`              // SHA-256 of the bundle's file, in hex
	Size     int64  `json:"size"`              // of that file
	From     string `json:"from,omitempty"`    // the name under which it was given: for people
	Name     string `json:"name,omitempty"`    // known once the bundle has been opened
	Version  int    `json:"version,omitempty"` //
	Digest   string `json:"digest,omitempty"`  // SHA-256 of manifest.json
	Bytes    int64  `json:"bytes,omitempty"`   // of the folder
	State    State  `json:"state"`
	Reason   string `json:"reason,omitempty"`   // of a refusal; of a verified version, what is said against it since
	Code     string `json:"code,omitempty"`     // of the same, for programs
	Unsigned bool   `json:"unsigned,omitempty"` // no owner signed it
	Failures int    `json:"failures,omitempty"` // trials that ended in a revert
	Failed   string `json:"failed,omitempty"`   // why the last of them did
	Tries    int    `json:"tries,omitempty"`    // starts of the agent that went on with the import
	Order    uint64 `json:"order"`              // counts imports on this device
}

// Ref is the version as people write it: "motions@2".
func (v Version) Ref() string { return v.Name + "@" + strconv.Itoa(v.Version) }

// Folder is where the unpacked bundle is, below the shelf's root; empty before it is verified.
func (v Version) Folder() string {
	if v.State != Verified {
		return ""
	}
	return v.folder()
}

func (v Version) folder() string {
	return v.Name + "/" + strconv.Itoa(v.Version) + "-" + v.Digest[:digits]
}

// digits of a manifest's digest stand in a folder's name.
const digits = 12

// Slot says which version a pipeline uses.
type Slot struct {
	Pipeline string   `json:"-"`
	Base     string   `json:"base"`               // what the configuration named when the slot began: "motions@1"
	Active   string   `json:"active,omitempty"`   // folder of the committed version; empty means Base
	Previous string   `json:"previous,omitempty"` // folder of the version before; empty means Base
	Shunned  bool     `json:"shunned,omitempty"`  // a person went back from Previous
	Next     *Try     `json:"next,omitempty"`     // the version that is to follow
	Last     *Outcome `json:"last,omitempty"`     // how the last trial ended
}

// Try is a version on its way to become a pipeline's own.
type Try struct {
	Model    string `json:"model"` // "motions@2"
	Folder   string `json:"folder,omitempty"`
	State    State  `json:"state"`
	Attempts int    `json:"attempts"` // starts that it may have
	Left     int    `json:"left"`     // starts that are left
}

// Outcome is how a trial ended.
type Outcome struct {
	Model    string `json:"model"`
	Instead  string `json:"instead,omitempty"` // of a revert: what the pipeline uses now
	State    State  `json:"state"`             // committed or reverted
	Phase    State  `json:"phase"`             // in which it ended
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"` // starts that it took
	Told     bool   `json:"told,omitempty"`
}

// state is the content of state.json.
type state struct {
	Format   int              `json:"format"`
	Count    uint64           `json:"count"` // imports so far
	Versions []Version        `json:"versions"`
	Slots    map[string]*Slot `json:"slots"`
	Rebuilt  *Rebuilt         `json:"rebuilt,omitempty"` // nobody has been told yet; it is never changed
}

// format of state.json.
const format = 1

func newState() *state { return &state{Format: format, Slots: map[string]*Slot{}} }

// clone is a deep copy.
func (st *state) clone() *state {
	c := &state{Format: st.Format, Count: st.Count, Versions: slices.Clone(st.Versions), Slots: make(map[string]*Slot, len(st.Slots)), Rebuilt: st.Rebuilt}
	for name, s := range st.Slots {
		c.Slots[name] = s.clone()
	}
	return c
}

func (s *Slot) clone() *Slot {
	c := *s
	if s.Next != nil {
		next := *s.Next
		c.Next = &next
	}
	if s.Last != nil {
		last := *s.Last
		c.Last = &last
	}
	return &c
}

// file finds a version by the digest of its file.
func (st *state) file(sum string) *Version {
	for i := range st.Versions {
		if st.Versions[i].File == sum {
			return &st.Versions[i]
		}
	}
	return nil
}

// at finds a verified version by its folder.
func (st *state) at(folder string) *Version {
	for i := range st.Versions {
		if folder != "" && st.Versions[i].Folder() == folder {
			return &st.Versions[i]
		}
	}
	return nil
}

// used are the folders that the slots of some pipelines need; nil means all.
func (st *state) used(pipelines []string) map[string]bool {
	out := map[string]bool{}
	for name, s := range st.Slots {
		if pipelines != nil && !slices.Contains(pipelines, name) {
			continue
		}
		for _, f := range s.folders() {
			out[f] = true
		}
	}
	delete(out, "")
	return out
}

// forget takes folders out of the slots. One whose own version goes ends, but for what has not been told of it.
func (st *state) forget(gone []string) {
	for name, slot := range st.Slots {
		if slot.Next != nil && slices.Contains(gone, slot.Next.Folder) {
			slot.Next = nil
		}
		if slices.Contains(gone, slot.Previous) {
			slot.Previous, slot.Shunned = "", false
		}
		if !slices.Contains(gone, slot.Active) {
			continue
		}
		delete(st.Slots, name)
		if slot.Last != nil && !slot.Last.Told {
			st.Slots[name] = &Slot{Pipeline: name, Base: slot.Base, Last: slot.Last}
		}
	}
}

func (s *Slot) folders() []string {
	all := []string{s.Active, s.Previous}
	if s.Next != nil {
		all = append(all, s.Next.Folder)
	}
	return all
}

func (st *state) slotNames() []string { return slices.Sorted(maps.Keys(st.Slots)) }
