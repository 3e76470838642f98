package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// TestUnsignedBundles: only the word allow lets them in, and only in the device's own file.
func TestUnsignedBundles(t *testing.T) {
	for text, want := range map[string]bool{"": false, "trust: {unsigned: refuse}\n": false, "trust: {unsigned: allow}\n": true} {
		file := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte("device: {id: pump}\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file, config.Options{})
		if err != nil || c.AllowUnsigned != want {
			t.Errorf("%q: allowed %v (%v), want %v", text, c.AllowUnsigned, err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("device: {id: pump}\ntrust: {unsigned: yes}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(file, config.Options{}); err == nil || !strings.Contains(err.Error(), "allow") {
		t.Errorf("yes: %v", err)
	}
}
