package store

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNotDatabase is what opening or reading gives for a file that SQLite cannot read at all.
var ErrNotDatabase = errors.New("the file is no database of a hub")

// named puts ErrNotDatabase in the place of the driver's sentence.
func named(err error) error {
	if code(err) == sqlite3.SQLITE_NOTADB {
		return ErrNotDatabase
	}
	return err
}

// code is SQLite's primary result code; 0 when err is not the driver's.
func code(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// damage is an error of what is stored for one receipt: the database is there, and the next try meets the same.
type damage struct{ error }

func (d damage) Unwrap() error { return d.error }

// Refused reports whether an error of a Write is about the rows it met or brought, not about the database: what is
// stored cannot be read, or a constraint does not take what is new. Another Write, for other rows, may pass now, and
// the same one will fail again. Everything else (a full or broken disk, a lock, a corrupt file) is the database's.
func Refused(err error) bool {
	var d damage
	if errors.As(err, &d) {
		return true
	}
	switch code(err) {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG:
		return true
	}
	return false
}
