package shelf_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// open makes bundles of stored ZIP files readable.
func open(r io.ReaderAt, size int64) (fs.FS, error) { return zip.NewReader(r, size) }

// believe is a rule for tests: every file is believed, and none is signed.
func believe(context.Context, shelf.File) (bool, error) { return false, nil }

func config() shelf.Config { return shelf.Config{Trust: believe, Bundle: open} }

var (
	versionLine = regexp.MustCompile(`"version": *1\b`)
	licenceLine = regexp.MustCompile(`"licence": *"[^"]*"`)
)

// bundle is the motions example with another version, as a bundle's file; a licence of its own gives it another content.
func bundle(t testing.TB, version int, licence string) []byte {
	t.Helper()
	data, err := pack(fixture.Path(t, "examples", "models", "motions", "1"), version, licence)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func pack(dir string, version int, licence string) ([]byte, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if filepath.Base(name) == manifest.File {
			data = versionLine.ReplaceAll(data, fmt.Appendf(nil, `"version": %d`, version))
			if licence != "" {
				data = licenceLine.ReplaceAll(data, fmt.Appendf(nil, `"licence": %q`, licence))
			}
		}
		out, err := w.CreateHeader(&zip.FileHeader{Name: filepath.Base(name), Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := out.Write(data); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return buf.Bytes(), err
}

func newShelf(t testing.TB, root string, cfg shelf.Config) *shelf.Shelf {
	t.Helper()
	s, err := shelf.Open(root, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// take imports a version of motions.
func take(t testing.TB, s *shelf.Shelf, version int) shelf.Version {
	t.Helper()
	v, err := s.Import(t.Context(), bytes.NewReader(bundle(t, version, "")))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// whole reports what of a slot cannot be used: every folder that a pipeline may start with must hold a whole bundle.
func whole(s *shelf.Shelf, pipeline string) error {
	for _, folder := range s.Uses(pipeline) {
		if folder == "" {
			continue
		}
		if _, err := manifest.Open(os.DirFS(s.Path(folder))); err != nil {
			return fmt.Errorf("folder %s: %w", folder, err)
		}
	}
	return nil
}
