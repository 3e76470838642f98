package release_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/release"
)

// later is a clock that runs ahead.
type later struct{ by time.Duration }

func (l later) Boot() time.Duration { return 0 }
func (l later) Wall() time.Time     { return time.Now().Add(l.by) }

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func say(text string) func() (string, error) { return func() (string, error) { return text, nil } }

func TestKeyFiles(t *testing.T) {
	k, err := release.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	locked, clear := filepath.Join(dir, "root-1.age"), filepath.Join(dir, "online.pem")
	if err := errors.Join(k.Save(locked, "four silly words here", 10), k.Save(clear, "", 0)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{locked, clear} {
		got, err := release.LoadKey(path, say("four silly words here"))
		if err != nil || got.ID != k.ID {
			t.Errorf("%s: %v", path, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
		if err := k.Save(path, "", 0); err == nil {
			t.Errorf("%s was written over", path)
		}
	}
	if _, err := release.LoadKey(locked, say("four silly words")); !errors.Is(err, release.ErrPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	data, err := os.ReadFile(locked)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("PRIVATE KEY")) {
		t.Error("the key is readable in the locked file")
	}
	for at := 60; at < len(data)-40; at += 37 { // any change of the body
		bad := bytes.Clone(data)
		bad[at] ^= 0x01
		if err := os.WriteFile(locked, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := release.LoadKey(locked, say("four silly words here")); err == nil {
			t.Errorf("changed at %d and still opened", at)
		}
	}
	for _, bad := range []string{"", "hello", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"} {
		if err := os.WriteFile(clear, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := release.LoadKey(clear, say("")); err == nil {
			t.Errorf("%q is a key", bad)
		}
	}
}
