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
