package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config is what a Store needs.
type Config struct {
	Dir   string    // folder of its own, made when it is not there
	Built time.Time // when this program was built: a date that has certainly passed; zero when it is not known
	// Clock gives the kernel's date, which counts only as far as timeBound says. Nil means the system's.
	Clock clock.Clock
	// Write puts one file on disk, whole or not at all and durable when it returns. Nil means atomicfile.Write.
	Write  func(path string, data []byte, mode os.FileMode) error
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Write == nil {
		c.Write = atomicfile.Write
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Store is what one device believes, in memory and on disk.
type Store struct {
	cfg   Config
	mu    sync.Mutex
	root  []byte // the enrolment root
	set   *set
	marks *marks
}

// enrolment is the first root and the digest it was believed by.
type enrolment struct {
	SHA256 string `json:"sha256"`
	Root   []byte `json:"root"`
}

// Init enrols a device: it believes root, the bytes of a root.json, because somebody gave the SHA-256 of that file on
// another way than the file. It never believes a root without one. Doing it again with the same root changes nothing;
// with another root it is refused.
func Init(cfg Config, root []byte, digest string) error {
	cfg = cfg.withDefaults()
	got := digestOf(root)
	if want := strings.ToLower(strings.TrimSpace(digest)); want != got {
		return refuse(WrongRoot, "this root.json has the SHA-256 %s, not %s: it is another file than the one whose digest you were given", got, want)
	}
	s, err := newSet(root, time.Time{})
	if err != nil {
		return diagnoseRoot(nil, root, err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o750); err != nil {
		return fmt.Errorf("make folder for trust: %w", err)
	}
	store := &Store{cfg: cfg, set: s, marks: newMarks()}
	switch old, err := readEnrolment(store.path(enrolmentFile)); {
	case err == nil && old.SHA256 == got:
		return nil
	case err == nil:
		return refuse(AlreadyEnrolled, "this device already believes the root with SHA-256 %s: to give it to somebody else, remove %s first", old.SHA256, cfg.Dir)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	issued, err := s.issued(metadata.ROOT)
	if err != nil {
		return err
	}
	store.marks.Time.restart(issued, cfg.Built)
	store.marks.Roles[metadata.ROOT] = roleMark{Version: s.version(metadata.ROOT)}
	if err := store.writeMarks(store.marks); err != nil {
		return err
	}
	data, err := json.Marshal(enrolment{SHA256: got, Root: root})
	if err != nil {
		return fmt.Errorf("encode enrolment: %w", err)
	}
	return cfg.Write(store.path(enrolmentFile), data, 0o640)
}

func readEnrolment(path string) (enrolment, error) {
	var e enrolment
	data, err := os.ReadFile(path)
	if err != nil {
		return e, fmt.Errorf("read enrolment: %w", err)
	}
	err = json.Unmarshal(data, &e)
	if err == nil && digestOf(e.Root) != e.SHA256 {
		err = errors.New("the root in it has another digest")
	}
	if err != nil {
		return e, refuse(DamagedState, "the enrolment in %s is damaged: enrol again with 'dunlin trust init' in an empty folder", path).because(err)
	}
	return e, nil
}

// Open reads what an enrolled device believes. A copy of the metadata that does not parse or verify is left for the one
// before, that one for the enrolment root. The error is a *Refusal when the device is not enrolled or its marks are lost.
func Open(cfg Config) (*Store, error) {
	cfg = cfg.withDefaults()
	s := &Store{cfg: cfg}
	e, err := readEnrolment(s.path(enrolmentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(NotEnrolled, "this device believes nobody yet: 'dunlin trust init root.json --sha256 DIGEST' tells it whom")
	}
	if err != nil {
		return nil, err
	}
	s.root = e.Root
	if s.marks, err = readMarks(cfg.Dir); err != nil {
		return nil, err
	}
	s.marks.Time.lift(cfg.Built)
	for _, name := range []string{copyFile, previousFile} {
		f, err := readFiles(s.path(name))
		if err == nil {
			s.set, err = loadSet(f)
		}
		if err == nil {
			return s, nil
		}
		s.set = nil
		if !errors.Is(err, fs.ErrNotExist) {
			cfg.Logger.Warn("a copy of the metadata cannot be used", "file", name, "reason", err)
		}
	}
	if s.set, err = loadSet(files{metadata.ROOT: e.Root}); err != nil {
		return nil, fmt.Errorf("load enrolment root: %w", err)
	}
	return s, nil
}

// writeMarks puts the marks on disk, one twin after the other.
func (s *Store) writeMarks(m *marks) error {
	m.Serial++
	data, err := m.encode()
	if err != nil {
		return err
	}
	for _, name := range []string{marksFile, marksTwin} {
		if err := s.cfg.Write(s.path(name), data, 0o640); err != nil {
			return fmt.Errorf("keep marks: %w", err)
		}
	}
	return nil
}

// commit makes a set and its marks the ones that count: first the marks, so that nothing older is ever believed again,
// then the copy of before, then the new copy. A cut between any two leaves a state that Open accepts.
func (s *Store) commit(next *set, m *marks) error {
	if err := s.writeMarks(m); err != nil {
		return err
	}
	s.marks = m
	for _, step := range []struct {
		name  string
		files files
	}{{previousFile, s.set.files}, {copyFile, next.files}} {
		data, err := json.Marshal(step.files)
		if err != nil {
			return fmt.Errorf("encode metadata: %w", err)
		}
		if err := s.cfg.Write(s.path(step.name), data, 0o640); err != nil {
			return fmt.Errorf("keep metadata: %w", err)
		}
	}
	s.set = next
	return nil
}

// HubTime takes a date that the hub told inside a verified TLS session. The caller answers for "verified": a date from
// anywhere else, the kernel's clock included, must not come here.
func (s *Store) HubTime(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.marks.clone()
	m.Time.lift(t)
	if m.Time.Bound-s.marks.Time.Bound < int64(time.Hour/time.Second) {
		return nil // an hour later is soon enough for the disk
	}
	if err := s.writeMarks(m); err != nil {
		return err
	}
	s.marks = m
	return nil
}

// Now is the date that expiry is checked against.
func (s *Store) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

func (s *Store) now() time.Time { return s.marks.Time.now(s.cfg.Clock.Wall()) }

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
