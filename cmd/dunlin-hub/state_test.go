package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestOneHubPerFolder: other ports do not help; a hub that ends gives the folder free.
func TestOneHubPerFolder(t *testing.T) {
	state := t.TempDir()
	first := start(t, state)
	var out, talk bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // a second hub that runs must end
	defer cancel()
	code := run(ctx, []string{"serve", "--dev", "--state", state, "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"}, &out, &talk)
	if code != exitFault || out.Len() != 0 {
		t.Errorf("the second hub: exit code %d, output %q", code, out.String())
	}
	if said := talk.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, state) ||
		!strings.Contains(said, "another dunlin-hub has it") || !strings.Contains(said, "--state") {
		t.Errorf("the second hub says %q", said)
	}
	if code, _ := first.get("/"); code != 200 {
		t.Errorf("the first hub's page: %d", code)
	}
	first.end()
	start(t, state).end()
}

// TestNothingOutsideTheFolder: a hub that is killed leaves no folder where nobody looks.
func TestNothingOutsideTheFolder(t *testing.T) {
	temp, state := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	start(t, state)
	if all, err := os.ReadDir(temp); err != nil || len(all) != 0 {
		t.Errorf("in the temporary folder lie %v, %v", all, err)
	}
	if _, err := os.Stat(filepath.Join(state, "broker")); err != nil {
		t.Error(err)
	}
}

// noDatabase writes a file that is none in the place of a hub's database.
func noDatabase(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(folder, "hub.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("not a database. "), 64), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestServeOverNoDatabase(t *testing.T) {
	state := t.TempDir()
	path := noDatabase(t, state)
	var out, talk bytes.Buffer
	code := run(t.Context(), []string{"serve", "--dev", "--state", state, "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"}, &out, &talk)
	want := "dunlin-hub: open database \"" + path + "\": the file is no database of a hub: move it away, or name another folder with --state\n"
	if code != exitFault || talk.String() != want {
		t.Errorf("exit code %d, it says %q, want %q", code, talk.String(), want)
	}
}
