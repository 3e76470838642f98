package shelf

import (
	"slices"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// Remove takes a version off the shelf. One that a slot uses, tries or may go back to, and one that the configuration
// names, stays: the error wraps ErrRefused and says what to do first. That it was taken once stays known to whoever
// decides what is believed, so it may be imported again.
func (s *Shelf) Remove(ref manifest.Ref) error {
	s.work.Lock()
	defer s.work.Unlock()
	if slices.Contains(s.cfg.Pinned, ref.String()) {
		return refusal("the configuration names %s: have it name another version first", ref)
	}
	folder, err := s.Find(ref)
	if err != nil {
		return err
	}
	err = s.update("removed", func(st *state) error {
		if err := st.unused(folder, ref, s.cfg.Pipelines); err != nil {
			return err
		}
		st.drop([]string{folder})
		return nil
	})
	if err != nil {
		return err
	}
	return s.clear([]string{folder}, "a person asked for it")
}

// unused refuses the folder of a version that the slots of some pipelines need; nil means all.
func (st *state) unused(folder string, ref manifest.Ref, pipelines []string) error {
	for name, slot := range st.Slots {
		switch {
		case pipelines != nil && !slices.Contains(pipelines, name):
		case slot.Next != nil && slot.Next.Folder == folder:
			return refusal("pipeline %s has %s on its way: revert it first", name, ref)
		case slot.Active == folder:
			return refusal("pipeline %s uses %s: activate another version first", name, ref)
		case slot.Previous == folder:
			return refusal("pipeline %s goes back to %s when it is reverted: it stays until another version has proved itself", name, ref)
		}
	}
	return nil
}

// drop takes folders out of the record, and out of the slots of pipelines that are no more.
func (st *state) drop(folders []string) {
	st.forget(folders)
	st.Versions = slices.DeleteFunc(st.Versions, func(v Version) bool { return v.Folder() != "" && slices.Contains(folders, v.Folder()) })
}
