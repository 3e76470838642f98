package store

import (
	"database/sql"
	"errors"
)

// scanner is one row: *sql.Row and *sql.Rows have it.
type scanner interface{ Scan(dst ...any) error }

// scanAll reads all rows of a query with one and closes them. The result is never nil without an error.
// A row that one cannot read is damage.
func scanAll[T any](one func(scanner) (T, error)) func(*sql.Rows, error) ([]T, error) {
	return func(rows *sql.Rows, err error) ([]T, error) {
		if err != nil {
			return nil, err
		}
		all := []T{}
		for rows.Next() {
			v, err := one(rows)
			if err != nil {
				return nil, errors.Join(damage{err}, rows.Close())
			}
			all = append(all, v)
		}
		return all, errors.Join(rows.Err(), rows.Close())
	}
}
