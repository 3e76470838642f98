package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/hub/release"
)

// keyOrder is the order in which people read about roles.
var keyOrder = []string{release.Root, release.Targets, release.Models, release.Firmware, release.Online}

func keysCommand() *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Make and rotate the keys that a fleet believes"}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(understood(keysInitCommand()), understood(keysRotateCommand()))
	return c
}

// repoFlag adds --repo, the folder of the signed repository.
func repoFlag(c *cobra.Command, dir *string) {
	c.Flags().StringVar(dir, "repo", "releases", "`folder` of the signed repository")
}

// workFlag adds --work, how much each guess of a passphrase costs.
func workFlag(c *cobra.Command, work *int) {
	c.Flags().IntVar(work, "work", release.DefaultWork, "logarithm of scrypt's rounds: what one guess of the passphrase costs")
}

func keysInitCommand() *cobra.Command {
	var repo, keys string
	var work int
	var secret passphraseFlag
	c := &cobra.Command{
		Use: "init", Short: "Make a repository and the keys of all its roles", Args: cobra.NoArgs,
		Long: `Makes the keys of a fleet and an empty repository that they have signed. Root is signed by 2 of 3 keys, targets by
1 of 2, models by 1 of 2, agents (firmware) by 2 of 3; these files are locked with a passphrase and belong on machines
and sticks that are not on the network, each with another person. The online key is not locked: it stays at the hub.`,
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := secret.new()
			if err != nil {
				return err
			}
			return initKeys(c.OutOrStdout(), repo, keys, text, work)
		},
	}
	repoFlag(c, &repo)
	workFlag(c, &work)
	secret.add(c)
	c.Flags().StringVar(&keys, "keys", "keys", "new `folder` for the key files")
	return c
}

func initKeys(w io.Writer, repo, dir, passphrase string, work int) error {
	if err := release.Prepare(repo); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder for keys: %w", err)
	}
	keys, err := release.NewKeys(release.DefaultPlan())
	if err != nil {
		return err
	}
	for _, role := range keyOrder {
		for i, k := range keys[role] {
			file, lock := filepath.Join(dir, fmt.Sprintf("%s-%d.age", role, i+1)), passphrase
			if role == release.Online {
				file, lock = filepath.Join(dir, "online.pem"), ""
			}
			if err := k.Save(file, lock, work); err != nil {
				return err
			}
			fmt.Fprintf(w, "%s  key %s of role %s\n", file, k.ID[:16], role)
		}
	}
	r, root, err := release.Create(repo, release.DefaultPlan(), keys, release.Config{})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(root)
	digest := hex.EncodeToString(sum[:])
	_, err = fmt.Fprintf(w, `
The repository is in %s. Its first root has the SHA-256
  %s
Give that to devices on another way than the file itself:
  dunlin trust init root.json --sha256 %s
where root.json is %s.
Now take the locked files apart: no machine and no person should have two keys of root or of firmware.
`, r.Dir(), digest, digest, filepath.Join(r.Dir(), "metadata", "1.root.json"))
	return err
}

func keysRotateCommand() *cobra.Command {
	var repo, old, file string
	var work int
	var secret passphraseFlag
	c := &cobra.Command{
		Use: "rotate ROLE --old ID --new FILE", Short: "Stage metadata in which a new key replaces an old one",
		Long: `Makes a key, and stages metadata in which it stands in the place of the key whose id begins with ID. Nothing changes for
devices until the staged files are signed ('release sign') and published ('release publish'). A new root needs the
threshold of the keys before and of the new keys.`,
		Args: cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs), ValidArgs: keyOrder,
		RunE: func(c *cobra.Command, args []string) error {
			if old == "" || file == "" {
				return &usageError{"keys rotate needs --old ID, the beginning of the id of the key that goes, and --new FILE for the one that comes"}
			}
			return rotateKey(c.OutOrStdout(), repo, args[0], old, file, &secret, work)
		},
	}
	repoFlag(c, &repo)
	workFlag(c, &work)
	secret.add(c)
	c.Flags().StringVar(&old, "old", "", "beginning of the `id` of the key that is replaced")
	c.Flags().StringVar(&file, "new", "", "new key `file`")
	return c
}

func rotateKey(w io.Writer, repo, role, old, file string, secret *passphraseFlag, work int) error {
	r, err := release.Open(repo, release.Config{})
	if err != nil {
		return err
	}
	k, err := release.NewKey()
	if err != nil {
		return err
	}
	text := ""
	if role != release.Online {
		if text, err = secret.new(); err != nil {
			return err
		}
	}
	if err := k.Save(file, text, work); err != nil {
		return err
	}
	if err := r.Rotate(role, old, k); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s  key %s of role %s\n", file, k.ID[:16], role)
	return printStaged(w, r, r.Staged())
}

// printStaged says in words what waits for signatures.
func printStaged(w io.Writer, r *release.Repository, roles []string) error {
	for _, role := range roles {
		lines, err := r.Words(role)
		if err != nil {
			return err
		}
		state := "complete"
		if err := r.Complete(role); err != nil {
			state = "more signatures are needed"
		}
		if _, err := fmt.Fprintf(w, "%s (%s)\n", strings.Join(lines, "\n"), state); err != nil {
			return err
		}
	}
	return nil
}
