package process_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/process"
)

// FuzzOutput feeds any bytes through a real program's output.
func FuzzOutput(f *testing.F) {
	for _, s := range []string{"1 2\n", "1,2\r\n#\n\n", "nan nan\nx\n3 4", "1 2 3\n", "\x00\xff\n", "1e99 1\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, out []byte) {
		file := filepath.Join(t.TempDir(), "out")
		if err := os.WriteFile(file, out, 0o600); err != nil {
			t.Fatal(err)
		}
		src := process.New(process.Config{Command: []string{"cat", file}, Channels: channels})
		n := 0
		err := src.Run(context.Background(), func(b hal.Block) {
			n += b.Samples()
			if b.Channels != 2 || len(b.Values) != 2*b.Samples() {
				t.Errorf("block of %d channels with %d values", b.Channels, len(b.Values))
			}
		})
		if err == nil || uint64(n) != src.Health().Samples {
			t.Errorf("%d samples, health counts %d, error %v", n, src.Health().Samples, err)
		}
	})
}
