package process_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/picture"
	"github.com/dunlin-iot/dunlin/hal/process"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// TestSilenceIsTold: the program prints what the test says, when the test says it.
func TestSilenceIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		cfg       process.Config
		says      func(n int) string
		of, check string
	}{
		"lines": {process.Config{Channels: channels}, func(int) string { return "1 2\n" }, "line", "flushes its output"},
		"frames": {
			process.Config{Frames: &picture.Config{Frame: picture.Frame{Width: 2, Height: 2}, Picture: hal.Picture{Width: 2, Height: 1, Depth: 1}}},
			func(n int) string { return string([]byte{byte(n), 90, 160, 240}) }, "picture", "check the camera",
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "fifo")
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			fifo, err := os.OpenFile(path, os.O_RDWR, 0) // of both ends, so that it opens at once and never ends
			if err != nil {
				t.Fatal(err)
			}
			defer fifo.Close()
			n := 0
			haltest.Silence(t, haltest.Silent{
				Make: func(_ *testing.T, clk clock.Clock, after time.Duration) hal.Source {
					c.cfg.Command, c.cfg.Clock, c.cfg.SilentAfter = []string{"cat", path}, clk, after
					return process.New(c.cfg)
				},
				Speak: func() {
					n++
					if _, err := fifo.WriteString(c.says(n)); err != nil {
						t.Error(err)
					}
				},
				Of: c.of, Check: c.check,
			})
		})
	}
}
