package spool

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Spool is an open spool. All methods may be called from any goroutine; Run from one.
type Spool struct {
	dir     string
	cfg     Config
	log     *slog.Logger
	pending *pending
	changed chan struct{}

	mu      sync.Mutex // everything below; held while the disk works
	file    *file      // nil while the disk refuses
	broken  error      // damage seen while reading
	closed  bool
	epoch   wire.Epoch
	life    wire.Life
	boot    uint64
	streams map[wire.Stream]stream
	side    side
	meta    map[string]string // what spool.db holds in its meta bucket
	taken   group             // handed over by pending, not yet committed
	due     bool              // acknowledgements or refusals wait for the next commit
	gone    map[wire.Stream][]uint64
	moving  *move
	lostNew bool      // the list of lost epochs differs from the side file
	dirty   bool      // spool.db carries the mark of rule D6
	untold  []closing // what the header says of epochs before; the next commit holds their events

	lastCommit time.Time
	lastSent   time.Time // of ledger counters
	compacted  time.Time
	lastErr    error
	commits    uint64
	fsyncs     uint64
}

const (
	fileName      = "spool.db"
	newFileName   = "spool.db.new"
	sideName      = "spool.json"
	damagedSuffix = ".damaged"
)

var (
	// ErrUnknownStream is returned for a stream that Config.Streams does not name.
	ErrUnknownStream = errors.New("unknown stream")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("spool is closed")
	// ErrInUse is returned by Open while another process has the spool open.
	ErrInUse = errors.New("another process has it open; stop it, or choose another state folder")
)

// Open opens the spool in dir, which is made when missing. A file that is damaged is set aside and replaced (rule D5);
// on a disk that refuses for now (full, read-only) the spool works from memory and tries again. It is an error when
// another process has the spool open (ErrInUse), or when dir cannot be used at all.
func Open(dir string, cfg Config) (*Spool, error) {
	cfg = cfg.withDefaults()
	for name := range cfg.Streams {
		if !wire.ValidName(string(name)) {
			return nil, fmt.Errorf("open spool %q: stream %q does not match [a-z0-9-]{1,64}", dir, name)
		}
	}
	s := &Spool{dir: dir, cfg: cfg, log: cfg.Logger, changed: make(chan struct{}, 1), gone: map[wire.Stream][]uint64{}}
	s.pending = newPending(&s.cfg)
	s.resetStreams()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	if err := s.open(); err != nil {
		if isLocked(err) {
			return nil, fmt.Errorf("open spool %q: %w", dir, ErrInUse)
		}
		if !isPassing(err) || isForbidden(err) {
			return nil, fmt.Errorf("open spool %q: %w", dir, err)
		}
		s.failed(err)
	}
	return s, nil
}

func (s *Spool) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Spool) resetStreams() {
	s.streams = make(map[wire.Stream]stream, len(s.cfg.Streams))
	for name, class := range s.cfg.Streams {
		s.streams[name] = newStream(class)
	}
}

// Append adds a record to a stream. It copies record, never waits for the disk, and fails only for an unknown stream,
// a record of more than wire.MaxRecord bytes, a time before boot, or after Close. When the disk does not keep up and memory is full,
// records of the least class are dropped and counted.
func (s *Spool) Append(st wire.Stream, at time.Duration, record []byte) error {
	class, ok := s.cfg.Streams[st]
	switch {
	case !ok:
		return fmt.Errorf("append to %q: %w", st, ErrUnknownStream)
	case len(record) > wire.MaxRecord:
		return fmt.Errorf("append to %q: %d bytes, more than %d", st, len(record), wire.MaxRecord)
	case at < 0:
		return fmt.Errorf("append to %q: time %v before boot", st, at)
	}
	if err := s.pending.add(st, class, at, record); err != nil {
		return fmt.Errorf("append to %q: %w", st, err)
	}
	return nil
}

// Run commits what waits until ctx is cancelled; then it commits what is left and returns nil. Trouble with the disk
// does not end it: it tries again and logs the edges.
func (s *Spool) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			if err := s.commit(false); err != nil {
				s.log.Error("records could not be committed before the stop", "err", err)
			}
			return nil
		case <-s.pending.kick:
		case <-timer.C:
		}
		s.runDue()
		s.setTimer(timer)
	}
}

func (s *Spool) runDue() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.pending.due(s.lastCommit); ok && !time.Now().Before(at) && !s.closed {
		_ = s.commitLocked(false) // logged at its edges, and tried again
	}
}

func (s *Spool) setTimer(timer *time.Timer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	timer.Stop()
	if at, ok := s.pending.due(s.lastCommit); ok {
		timer.Reset(time.Until(at))
	}
}

// Flush commits what was appended, acknowledged and counted so far and returns when it is on the disk.
func (s *Spool) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("flush spool: %w", err)
	}
	return s.commit(false)
}

// Close commits what is left, clears the mark of rule D6 and closes the files: the ordered stop. Call it after Run has
// returned; calling it again does nothing.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.pending.stop()
	err := s.commitLocked(true)
	s.closed = true
	if s.file != nil {
		err = errors.Join(err, s.file.close())
		s.file = nil
	}
	if err != nil {
		return fmt.Errorf("close spool %q: %w", s.dir, err)
	}
	return nil
}

// Streams lists the streams, the most important class first.
func (s *Spool) Streams() []wire.Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byClass()
}

func (s *Spool) byClass() []wire.Stream {
	return slices.SortedFunc(maps.Keys(s.streams), func(a, b wire.Stream) int {
		if c := int(s.streams[a].Class) - int(s.streams[b].Class); c != 0 {
			return c
		}
		return slices.Compare([]byte(a), []byte(b))
	})
}

// Changed gets one value after commits; several commits may share one.
func (s *Spool) Changed() <-chan struct{} { return s.changed }

func (s *Spool) signal() {
	select {
	case s.changed <- struct{}{}:
	default: // the reader has not yet taken the last one
	}
}

// event appends a record of what happened to the spool itself.
func (s *Spool) event(name string, facts map[string]any) {
	_ = s.pending.add(wire.Events, s.cfg.Streams[wire.Events], s.cfg.Clock.Boot(), s.encodeEvent(name, facts)) // closed: too late
}

func (s *Spool) encodeEvent(name string, facts map[string]any) []byte {
	p, err := wire.AppendEvent(nil, wire.Event{Name: name, Facts: facts})
	if err != nil {
		panic("spool: " + err.Error()) // names and facts of this package: a broken build
	}
	return p
}

func newLife() (l wire.Life) {
	_, _ = rand.Read(l[:]) // never fails: crypto/rand
	return l
}

func newEpoch() (e wire.Epoch) {
	_, _ = rand.Read(e[:])
	return e
}
