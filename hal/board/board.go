package board

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/spidev"
)

// Config of a board. The zero value is the machine itself.
type Config struct {
	Root   string                  // in place of /, for tests with made-up devices
	User   string                  // the account of the service, for advice; empty means dunlin
	Access func(path string) error // whether a file may be read and written; nil asks the kernel
	I2C    i2cdev.Config           // of every bus; Path and Name are set for each
	SPI    spidev.Config           // of every port, likewise
	Logger *slog.Logger            // nil discards
}

// Board is a machine and the buses that are open on it. Its methods may be called from any goroutine.
type Board struct {
	cfg   Config
	kind  Kind
	model string

	mu     sync.Mutex
	closed bool
	i2c    map[string]*shared   // the newest of each bus, by name
	all    map[*shared]struct{} // also those whose adapter has gone and that still have handles
	spi    map[string]*port     // by name
	past   counts               // of buses that were closed
	hung   map[string]hung      // closed while a call was stuck in the kernel, by name
}

// New recognises the machine. It opens nothing.
func New(cfg Config) *Board {
	if cfg.User == "" {
		cfg.User = "dunlin"
	}
	if cfg.Access == nil {
		cfg.Access = access
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	b := &Board{cfg: cfg, i2c: map[string]*shared{}, all: map[*shared]struct{}{}, spi: map[string]*port{}, past: counts{}, hung: map[string]hung{}}
	b.kind, b.model = recognise(b.path("/"))
	return b
}

// Kind is what the board is.
func (b *Board) Kind() Kind { return b.kind }

// Model is the board's own name for itself; empty when it has none.
func (b *Board) Model() string { return b.model }

// path is a path of the machine, below the root.
func (b *Board) path(p string) string { return filepath.Join("/", b.cfg.Root, p) }

func (b *Board) exists(p string) bool {
	_, err := os.Stat(b.path(p))
	return err == nil
}

// Close closes every bus that is still open, whoever holds a handle. A bus that hangs in the kernel is an
// os.ErrDeadlineExceeded; the others are closed all the same.
func (b *Board) Close() error {
	b.mu.Lock()
	b.closed = true
	var closers []func() error
	for s := range b.all {
		closers = append(closers, s.bus.Close)
	}
	for _, p := range b.spi {
		closers = append(closers, p.Port.Close)
	}
	b.i2c, b.all, b.spi = nil, nil, nil
	b.mu.Unlock()
	var errs []error
	for _, c := range closers {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}
