package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// unsignedWarning stands as long as anybody's models are let in.
const unsignedWarning = "unsigned bundles are allowed: whoever can import a model here can run any; set trust.unsigned to refuse and enrol with 'dunlin trust init'"

// belief decides which bundles the shelf takes. What is believed is read anew for every bundle: 'dunlin trust refresh'
// is another process.
type belief struct {
	cfg      trust.Config
	unsigned bool     // take what nobody signed
	delegate []string // that may be used here
}

func newBelief(cfg *config.Config) belief {
	b := belief{cfg: trustConfig(cfg.State), unsigned: cfg.AllowUnsigned, delegate: []string{"none", "xnnpack"}}
	for _, p := range cfg.Pipelines {
		b.delegate = append(b.delegate, p.Delegates...)
	}
	return b
}

// silent are the codes that say nothing about a file, only that nobody speaks for it. WrongDigest is one of them: a whole
// bundle that has the name of a release is not that release, and no worse for it.
var silent = []trust.Code{trust.Unsigned, trust.NotEnrolled, trust.NoMetadata, trust.StaleAuthority, trust.WrongDigest}

// lasting are the codes that stop nothing which is here already and was signed: metadata that expired or no longer list it,
// and newer releases.
var lasting = []trust.Code{trust.Unsigned, trust.NoMetadata, trust.StaleAuthority, trust.WrongDigest, trust.LowerNumber}

func trustCode(err error) string { return string(trust.CodeOf(err)) }

// decide is the shelf's question. A file that its owner revoked stays refused where unsigned ones are allowed.
func (b belief) decide(ctx context.Context, f shelf.File) (signed bool, err error) {
	err = b.with(ctx, f, func(*trust.Store, trust.Release) error { return nil })
	code := trust.CodeOf(err)
	switch {
	case err == nil:
		return true, nil
	case f.Signed && slices.Contains(lasting, code):
		return true, nil
	case b.unsigned && slices.Contains(silent, code):
		return false, nil
	case code != "":
		return false, fmt.Errorf("%w [%s]", err, code)
	}
	return false, err
}

// still reports why a version that is on the shelf may not be put to use any more: nobody signed it, and the configuration
// does not allow that now; or its owner has revoked it. Metadata that expired or no longer list it stop nothing that is
// here.
func (b belief) still(ctx context.Context, v shelf.Version) error {
	if v.Unsigned {
		if _, err := b.decide(ctx, shelf.File{SHA256: v.File, Size: v.Size}); err != nil {
			return fmt.Errorf("nobody signed it when it was imported: %w", err)
		}
		return nil
	}
	return b.open(ctx, func(store *trust.Store) error {
		if refusal := store.Taken(v.File); refusal != nil {
			return fmt.Errorf("%w [%s]", refusal, refusal.Code)
		}
		return nil
	})
}

// accept writes down that a release was taken, and what it holds.
func (b belief) accept(ctx context.Context, f shelf.File) error {
	return b.with(ctx, f, func(store *trust.Store, release trust.Release) error { return store.Accept(release, f.Holds) })
}

// holder is the signed file that was taken here with a manifest; empty when there was none, or nobody is believed. It waits
// for no lock: what is read is replaced as a whole.
func (b belief) holder(manifest string) (string, error) {
	store, err := trust.Open(b.cfg)
	if trust.CodeOf(err) == trust.NotEnrolled {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return store.Holder(manifest), nil
}

// with calls do with the release that a file is. What was taken here and revoked since stays revoked, also when the
// metadata do not list it any more, or have expired.
func (b belief) with(ctx context.Context, f shelf.File, do func(*trust.Store, trust.Release) error) error {
	return b.open(ctx, func(store *trust.Store) error {
		if refusal := store.Taken(f.SHA256); refusal != nil {
			return refusal
		}
		release, refusal := store.DecideFile(f.SHA256, f.Size, deviceFacts(b.delegate))
		if refusal != nil {
			return spoiled(store, f, refusal)
		}
		return do(store, release)
	})
}

// open calls do with what is believed now.
func (b belief) open(ctx context.Context, do func(*trust.Store) error) (err error) {
	lock, err := lockTrust(ctx, b.cfg.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock()) }()
	store, err := trust.Open(b.cfg)
	if err != nil {
		return err
	}
	return do(store)
}

// lockTrust makes the folder of what is believed this process's own until unlock: the daemon and a command may both
// want to write there. Where there is no folder, nothing is believed and nothing is locked. Another process may hold the
// lock for as long as it reads a slow stick; ctx ends the wait.
func lockTrust(ctx context.Context, dir string) (unlock func() error, err error) {
	f, err := os.Open(dir)
	if errors.Is(err, os.ErrNotExist) {
		return func() error { return nil }, nil
	}
	if err != nil {
		return nil, fmt.Errorf("lock trust: %w", err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return f.Close, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return nil, errors.Join(fmt.Errorf("lock trust in %s: %w", dir, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("lock trust in %s: %w", dir, ctx.Err()), f.Close())
		case <-tick.C:
		}
	}
}
