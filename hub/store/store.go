package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"; database/sql knows drivers by name only
)

//go:embed migrations/*.sql
var migrations embed.FS

// Config says where the database is.
type Config struct {
	Path string // the SQLite file; its folder must exist
	// NoSync leaves the disk's cache alone: a power cut then loses acknowledged records. For tests only.
	NoSync bool
}

// Store is an open database: one connection that writes and a few that read.
type Store struct {
	write *sql.DB
	read  *sql.DB
	stmts statements
}

// Open opens or makes the database and brings its tables up to date.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := open(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database %q: %w", cfg.Path, err)
	}
	return s, nil
}

func open(ctx context.Context, cfg Config) (*Store, error) {
	if _, err := os.Stat(filepath.Dir(cfg.Path)); err != nil {
		return nil, err
	}
	write, err := connect(cfg.Path, 1, writing(cfg))
	if err != nil {
		return nil, err
	}
	s := &Store{write: write}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(named(err), write.Close())
	}
	if s.read, err = connect(cfg.Path, 4, reading()); err != nil {
		return nil, errors.Join(err, s.stmts.close(), write.Close())
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if err := migrate(ctx, s.write); err != nil {
		return err
	}
	return s.stmts.prepare(ctx, s.write)
}

// Close ends all connections; the last one folds the write-ahead log into the file.
func (s *Store) Close() error {
	return errors.Join(s.read.Close(), s.stmts.close(), s.write.Close())
}

func connect(path string, conns int, options url.Values) (*sql.DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", Path: full, RawQuery: options.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

func writing(cfg Config) url.Values {
	sync := "full"
	if cfg.NoSync {
		sync = "off"
	}
	return url.Values{
		"_busy_timeout": {"10000"},
		"_foreign_keys": {"on"},
		"_journal_mode": {"wal"},
		"_synchronous":  {sync},
		"_txlock":       {"immediate"},
		"_dqs":          {"0"},
	}
}

func reading() url.Values {
	return url.Values{"mode": {"rw"}, "_busy_timeout": {"10000"}, "_query_only": {"on"}, "_dqs": {"0"}}
}

func migrate(ctx context.Context, db *sql.DB) error {
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}
