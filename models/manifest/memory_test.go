package manifest_test

import (
	"runtime"
	"testing"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// TestMemoryOfOpen: a large model is in memory once, not once more for every time that a buffer had to grow.
func TestMemoryOfOpen(t *testing.T) {
	const size = 24 << 20
	k := newKit(t)
	k.files["model.tflite"] = make([]byte, size)
	fsys := k.folder(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b, err := manifest.Open(fsys)
	runtime.ReadMemStats(&after)
	if err != nil || len(b.Model) != size {
		t.Fatal(err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > size+size/8 {
		t.Errorf("opening a model of %d bytes took %d", size, took)
	}
}
