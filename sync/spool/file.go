package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// file is an open bbolt file and what is needed to let go of it when bbolt itself cannot.
type file struct {
	db      *bbolt.DB
	handle  *os.File
	suspect bool // bbolt panicked: its locks may be held for ever
}

// lockWait is how long another process may still hold the file.
const lockWait = 200 * time.Millisecond

// firstSize is what a new file grows to at once: growing to it in steps would cost a sync for each.
const firstSize = 1 << 20

func openFile(path string, maxSize int64) (*file, error) {
	f := &file{}
	err := f.guard(func() (err error) {
		f.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout: lockWait, FreelistType: bbolt.FreelistMapType, MaxSize: int(maxSize), InitialMmapSize: firstSize,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				h, err := os.OpenFile(name, flag, mode)
				f.handle = h
				return h, err
			},
		})
		return err
	})
	if err != nil {
		if f.handle != nil {
			_ = f.handle.Close() // after a panic it would keep its lock; after an error it is closed already
		}
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	f.db.AllocSize = int(min(4<<20, maxSize/16)) // the file grows by this much, each time with one fsync
	return f, nil
}

// close lets go of the file. After a panic the mapping is left behind: bbolt's own Close could wait for ever.
func (f *file) close() error {
	if f.suspect {
		return f.handle.Close()
	}
	return f.guard(f.db.Close)
}

func (f *file) update(fn func(tx *bbolt.Tx) error) error {
	return f.guard(func() error { return f.db.Update(fn) })
}

func (f *file) view(fn func(tx *bbolt.Tx) error) error {
	return f.guard(func() error { return f.db.View(fn) })
}

// usage is the size of the file, and how many bytes of it are pages that were used and are free again.
func (f *file) usage() (size, free int64, err error) {
	info, err := f.handle.Stat()
	if err != nil {
		return 0, 0, err
	}
	stats := f.db.Stats()
	return info.Size(), int64(stats.FreePageN+stats.PendingPageN) * int64(f.db.Info().PageSize), nil
}

// used is how many bytes of the file hold something.
func (f *file) used(tx *bbolt.Tx) int64 {
	stats := f.db.Stats()
	return tx.Size() - int64(stats.FreePageN+stats.PendingPageN)*int64(f.db.Info().PageSize)
}

// panicError is what a damaged file makes of bbolt: a panic, or a fault of the memory map.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("bbolt panicked: %v", e.value) }

// guard turns panics and faults of bbolt into errors.
func (f *file) guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			f.suspect = true
			err = &panicError{v}
		}
	}()
	return fn()
}

// errDamaged says that a file's content makes no sense.
var errDamaged = errors.New("content makes no sense")

// passing are the reasons for which a disk refuses and may accept again: full, over quota, read-only, out of handles.
var passing = [...]syscall.Errno{
	syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS, syscall.EACCES, syscall.EPERM,
	syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM,
}

// isPassing reports whether err may go away by itself while the file is whole. All other errors are damage: above all
// a failed fsync, which bbolt returns as a bare number or as text, after which nobody knows what is on the disk.
func isPassing(err error) bool {
	if errors.Is(err, bbolterrors.ErrTimeout) || errors.Is(err, bbolterrors.ErrMaxSizeReached) {
		return true
	}
	if text := err.Error(); strings.Contains(text, "file resize error: ") || strings.Contains(text, "mmap allocate error: ") {
		return slices.ContainsFunc(passing[:], func(n syscall.Errno) bool { return strings.Contains(text, n.Error()) })
	}
	var path *fs.PathError
	var link *os.LinkError
	if !errors.As(err, &path) && !errors.As(err, &link) {
		return errors.Is(err, syscall.ENOMEM) // mapping the file
	}
	return slices.ContainsFunc(passing[:], func(n syscall.Errno) bool { return errors.Is(err, n) })
}
