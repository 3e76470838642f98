package shelf

// Rebuilt says that the state on the disk was damaged or lost, and was made anew from the folders that are whole: which
// versions the pipelines used, and which had failed, is not known any more.
type Rebuilt struct {
	Reason   string `json:"reason"`
	Versions int    `json:"versions"` // that were found
}

// Rebuilt tells what Open had to do, until a version is activated, or the agent starts again once it has been told; false
// when the state was whole.
func (s *Shelf) Rebuilt() (r Rebuilt, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rebuilt == nil {
		return Rebuilt{}, false
	}
	return *s.rebuilt, true
}

// TellRebuilt calls tell with the facts of an event when the state was made anew and nobody has been told. When tell
// returns nil it is known; until then a restart tells it again.
func (s *Shelf) TellRebuilt(tell func(facts map[string]any) error) error {
	var r *Rebuilt
	s.read(func(st *state) { r = st.Rebuilt })
	if r == nil {
		return nil
	}
	if err := tell(map[string]any{"reason": r.Reason, "versions": int64(r.Versions)}); err != nil {
		return err
	}
	return s.update("rebuilt", func(st *state) error {
		st.Rebuilt = nil
		return nil
	})
}

// restored ends what Rebuilt tells: somebody has said which version is to be used.
func (s *Shelf) restored() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rebuilt = nil
}
