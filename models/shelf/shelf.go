package shelf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

const (
	stateFile   = "state.json"
	incoming    = "incoming"
	maxState    = 4 << 20
	keptRefused = 16 // refusals that are remembered
	mostName    = 120
)

var (
	// ErrUnknown is wrapped when the shelf has no such version.
	ErrUnknown = errors.New("not on the shelf")
	// ErrRefused is wrapped by Import and Activate when the shelf will not take what is asked for.
	ErrRefused = errors.New("refused")
	// ErrSpent is wrapped by Begin when the version has no attempt left; it has been reverted.
	ErrSpent = errors.New("no attempt is left")
	// ErrNothing is wrapped when a slot has nothing of the kind: no version on trial, none to go back to.
	ErrNothing = errors.New("there is nothing to do")
)

// sentence is an error for people that is of a kind without repeating its name.
type sentence struct {
	error
	kind error
}

func (s sentence) Unwrap() []error { return []error{s.error, s.kind} }

func refusal(format string, args ...any) error {
	return sentence{fmt.Errorf(format, args...), ErrRefused}
}

func nothing(format string, args ...any) error {
	return sentence{fmt.Errorf(format, args...), ErrNothing}
}

// File is a bundle's file that has arrived whole.
type File struct {
	Path   string
	Name   string // under which somebody gave it; it proves nothing
	SHA256 string // in hex
	Size   int64
	Signed bool   // an owner vouched for it when it came, and it is on the shelf
	Holds  string // SHA-256 of its manifest.json, in hex; empty before it has been opened
}

// Config of a shelf.
type Config struct {
	// Trust decides whether a file may be used; nil refuses everything. Signed says that an owner vouches for it.
	Trust func(ctx context.Context, f File) (signed bool, err error)
	// Installed is called when a believed version has been unpacked and before it may be used, so that older ones are known
	// to be older; after a crash it may be called again. Nil for none.
	Installed func(ctx context.Context, f File) error
	// Holder is the file, by its SHA-256, that Installed has had with this manifest.json; empty for none. It is asked when
	// the shelf's own record of that is lost. Nil knows none.
	Holder func(manifest string) (sha256 string, err error)
	// CodeOf names the kind of an error of Trust or Installed for programs; nil, and an empty name, for none.
	CodeOf    func(err error) string
	Pipelines []string     // that there are; what another one used stays as long as there is room. Nil: every one that has a slot
	Pinned    []string     // "motions@1": what the configuration names; it stays on the shelf
	Budget    int64        // bytes of unpacked bundles; zero means 512 MiB. What is in use stays, whatever it takes
	Most      int64        // bytes of one bundle's file; zero means 300 MiB
	Logger    *slog.Logger // nil discards

	// Hook is called at named points: before and after every state is on the disk, and after every act. It is for tests
	// that crash there; nil for none.
	Hook func(point string)
}

func (c *Config) fill() {
	if c.Budget <= 0 {
		c.Budget = 512 << 20
	}
	if c.Most <= 0 {
		c.Most = 300 << 20
	}
	if c.Trust == nil {
		c.Trust = func(context.Context, File) (bool, error) { return false, errors.New("no rule says whom to believe") }
	}
	if c.CodeOf == nil {
		c.CodeOf = func(error) string { return "" }
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Hook == nil {
		c.Hook = func(string) {}
	}
}

// Shelf is the models of a device.
type Shelf struct {
	root string
	cfg  Config

	work    sync.Mutex // held by what changes folders
	mu      sync.Mutex
	now     *state
	rebuilt *Rebuilt // in this life, or in one that has not told it
}

// Open opens the shelf in root, which is made when it is not there. A state file that cannot be read is set aside and
// the folders that are whole are taken in again, as they are when the file is lost: signed are those of which Holder says
// so. The slots then begin anew, with what the configuration names.
func Open(root string, cfg Config) (*Shelf, error) {
	cfg.fill()
	s := &Shelf{root: root, cfg: cfg}
	if err := os.MkdirAll(filepath.Join(root, incoming), 0o755); err != nil {
		return nil, fmt.Errorf("open shelf %q: %w", root, err)
	}
	var err error
	if s.now, err = s.load(); err != nil {
		return nil, fmt.Errorf("open shelf %q: %w", root, err)
	}
	s.rebuilt = s.now.Rebuilt
	if err := s.sweep(); err != nil { // it takes room, and nothing else
		cfg.Logger.Warn("shelf is not swept", "err", err)
	}
	return s, nil
}

func (s *Shelf) load() (*state, error) {
	path := filepath.Join(s.root, stateFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s.rebuild(nil)
	}
	if err != nil {
		return nil, err
	}
	st, err := parseState(text)
	if err == nil {
		return st, nil
	}
	s.cfg.Logger.Error("state of the shelf is damaged: it is set aside and made anew from the folders", "file", path, "err", err)
	if werr := atomicfile.Write(path+".damaged", text, 0o644); werr != nil {
		return nil, werr
	}
	return s.rebuild(err)
}

func parseState(text []byte) (*state, error) {
	if len(text) > maxState {
		return nil, fmt.Errorf("%d bytes, want at most %d", len(text), maxState)
	}
	st := &state{}
	// A key that this agent does not know is a newer one's, which was taken back: the rest stays good. What must not be
	// read by an older one has another format.
	if err := json.Unmarshal(text, st); err != nil {
		return nil, err
	}
	if st.Format != format {
		return nil, fmt.Errorf("format %d, want %d", st.Format, format)
	}
	for name, slot := range st.Slots {
		if slot == nil {
			return nil, fmt.Errorf("slot %q is empty", name)
		}
		slot.Pipeline = name
	}
	for _, v := range st.Versions {
		if !v.sound() {
			return nil, fmt.Errorf("version of file %.12s is not sound", v.File)
		}
	}
	return st, nil
}

// sound reports whether the record can be used to name files.
func (v Version) sound() bool {
	ref, err := manifest.ParseRef(v.Ref())
	named := err == nil && ref.Version > 0 && isHex(v.Digest)
	return isHex(v.File) && (named || v.State != Verified)
}

func isHex(s string) bool {
	if len(s) != 64 {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// update changes a copy of the state, writes it, and makes it the state: what fails changes nothing.
func (s *Shelf) update(point string, change func(*state) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.now.clone()
	if err := change(next); err != nil {
		return err
	}
	s.cfg.Hook(point + ".before")
	if err := s.save(next); err != nil {
		return err
	}
	s.now = next
	s.cfg.Hook(point + ".saved")
	return nil
}

func (s *Shelf) save(st *state) error {
	text, err := json.MarshalIndent(st, "", " ")
	if err != nil {
		return fmt.Errorf("write state of the shelf: %w", err)
	}
	if len(text) >= maxState {
		return fmt.Errorf("write state of the shelf: %d bytes, want less than %d: there are too many versions", len(text), maxState)
	}
	return atomicfile.Write(filepath.Join(s.root, stateFile), append(text, '\n'), 0o644)
}

// read calls look with the state; it must not keep it.
func (s *Shelf) read(look func(*state)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	look(s.now)
}

// Path is a folder of the shelf as the system knows it.
func (s *Shelf) Path(folder string) string { return filepath.Join(s.root, filepath.FromSlash(folder)) }

// Versions are all versions, in the order in which they came.
func (s *Shelf) Versions() (out []Version) {
	s.read(func(st *state) { out = append(out, st.Versions...) })
	return out
}

// At is the verified version in a folder; false when there is none.
func (s *Shelf) At(folder string) (out Version, ok bool) {
	s.read(func(st *state) {
		if v := st.at(folder); v != nil {
			out, ok = *v, true
		}
	})
	return out, ok
}

// Slots are those of all pipelines, by name.
func (s *Shelf) Slots() (out []Slot) {
	s.read(func(st *state) {
		for _, name := range st.slotNames() {
			out = append(out, *st.Slots[name].clone())
		}
	})
	return out
}

// Slot is that of one pipeline; false when nothing but the configuration has ever said what it uses.
func (s *Shelf) Slot(pipeline string) (out Slot, ok bool) {
	s.read(func(st *state) {
		if slot := st.Slots[pipeline]; slot != nil {
			out, ok = *slot.clone(), true
		}
	})
	return out, ok
}
