package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// demoOwner is who makes and signs the demo's model, with keys that are made on the spot and die with the demo.
type demoOwner struct {
	hub  string // program that makes keys and signs
	dir  string
	repo string // what is signed
}

// offer packs the model's folder and signs the bundle; it returns the bundle's file.
func (o *demoOwner) offer(ctx context.Context, folder string) (file string, err error) {
	file = filepath.Join(o.dir, "motions-1"+manifest.Suffix)
	if err := packFolder(folder, file); err != nil {
		return "", err
	}
	secret, keys := filepath.Join(o.dir, "passphrase"), filepath.Join(o.dir, "keys")
	if err := os.WriteFile(secret, []byte(rand.Text()), 0o600); err != nil {
		return "", fmt.Errorf("write passphrase: %w", err)
	}
	for _, args := range [][]string{
		{"keys", "init", "--keys", keys, "--passphrase-file", secret, "--work", "10"}, // nobody has time to guess
		{"release", "add", file},
		{"release", "sign", "--yes", "--key", filepath.Join(keys, "models-1.age"), "--passphrase-file", secret},
		{"release", "publish", "--online-key", filepath.Join(keys, "online.pem")},
	} {
		cmd := exec.CommandContext(ctx, o.hub, append(args, "--repo", o.repo)...)
		out, err := cmd.CombinedOutput()
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			return "", fmt.Errorf("sign the demo's model: dunlin-hub %s %s: %w: %s", args[0], args[1], err, bytes.TrimSpace(out))
		}
	}
	return file, nil
}

// packFolder makes a bundle of one file from a model's folder.
func packFolder(folder, file string) error {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("pack the demo's model: %w", err)
	}
	err = errors.Join(manifest.WriteZip(out, os.DirFS(folder)), out.Close())
	if errors.Is(err, os.ErrNotExist) {
		return withCode(exitAbsent, fmt.Errorf("pack the demo's model in %s: %w; name the folder that holds motions/1 with --models", folder, os.ErrNotExist))
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", folder, err)
	}
	return nil
}

// enrol has the demo's device believe the owner. Both are one here, so the digest has no other way to take.
func (o *demoOwner) enrol(ctx context.Context, cfg *config.Config) error {
	metadata := filepath.Join(o.repo, "metadata")
	root, err := os.ReadFile(filepath.Join(metadata, "1.root.json"))
	if err != nil {
		return fmt.Errorf("read the owner's root: %w", err)
	}
	sum := sha256.Sum256(root)
	tc := trustConfig(cfg.State)
	if err := trust.Init(tc, root, hex.EncodeToString(sum[:])); err != nil {
		return err
	}
	store, err := trust.Open(tc)
	if err != nil {
		return err
	}
	_, err = store.Refresh(ctx, trust.Folder(metadata))
	return err
}

// take imports a bundle before the daemon runs, by the same rules as 'dunlin models import'.
func (a *daemon) take(ctx context.Context, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	defer f.Close() // it was only read
	_, err = a.stock.ImportModel(ctx, filepath.Base(file), f)
	return err
}
