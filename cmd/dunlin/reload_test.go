package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestHangUpWhileItStarts: a SIGHUP that comes before the configuration has been read does not end the agent, which then
// ends for a reason of its own.
func TestHangUpWhileItStarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	code := make(chan int, 1)
	go func() { code <- newApp(nil, &said, &said).run(t.Context(), []string{"run", "--config", path}) }()
	f, err := os.OpenFile(path, os.O_WRONLY, 0) // waits until the agent reads
	if err == nil {
		err = syscall.Kill(os.Getpid(), syscall.SIGHUP)
	}
	if err == nil {
		_, err = f.WriteString("nonsense: true\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := <-code; got != exitUsage || !strings.Contains(said.String(), "nonsense") {
		t.Errorf("exit code %d: %s", got, &said)
	}
}
