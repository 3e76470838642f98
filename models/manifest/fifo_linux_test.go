package manifest_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// TestFIFOIsRefused: to open one waits for a writer, for ever on a stick that somebody has prepared.
func TestFIFOIsRefused(t *testing.T) {
	for _, name := range []string{"manifest.json", "model.tflite", "card.md", "kit-3.dunlin"} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, newKit(t).folder(t)); err != nil {
			t.Fatal(err)
		}
		fifo, path := filepath.Join(dir, name), dir
		if _, err := os.Stat(fifo); err != nil {
			path = fifo
		} else if err := os.Remove(fifo); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			disk, err := manifest.OpenDisk(path)
			if err == nil {
				_, err = manifest.Open(disk)
			}
			done <- err
		}()
		select {
		case err := <-done:
			if manifest.CodeOf(err) != manifest.NoFile {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s: waits", name)
			w, err := os.OpenFile(fifo, os.O_WRONLY, 0) // lets it go
			if err == nil {
				err = w.Close()
			}
			if err != nil {
				t.Error(err)
			}
			<-done
		}
	}
}
