package shelf_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/models/shelf"
)

// TestUnsignedTwin: the same content in another file, which nobody signed, takes no signature away; one that is signed gives
// the version its signature.
func TestUnsignedTwin(t *testing.T) {
	original := bundle(t, 2, "")
	twin := reordered(t, original)
	for _, signedFirst := range []bool{true, false} {
		cfg := config()
		cfg.Trust = func(_ context.Context, f shelf.File) (bool, error) { return f.SHA256 == digest(original), nil }
		s := newShelf(t, t.TempDir(), cfg)
		order := [][]byte{original, twin}
		if !signedFirst {
			slices.Reverse(order)
		}
		for _, data := range order {
			if _, err := s.Import(t.Context(), "", bytes.NewReader(data)); err != nil {
				t.Fatal(err)
			}
		}
		if all := s.Versions(); len(all) != 1 || all[0].Unsigned || all[0].File != digest(original) {
			t.Errorf("signed first %v: %+v", signedFirst, all)
		}
	}
}

func digest(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// reordered is a bundle with its files in another order: other bytes, the same content.
func reordered(t *testing.T, data []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range slices.Backward(in.File) {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
