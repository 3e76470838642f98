package shelf_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// believe is a rule for tests: every file is believed, and none is signed.
func believe(context.Context, shelf.File) (bool, error) { return false, nil }

func config() shelf.Config { return shelf.Config{Trust: believe} }

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
	files := fstest.MapFS{}
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
		files[filepath.Base(name)] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	var buf bytes.Buffer
	err = manifest.WriteZip(&buf, files)
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
	v, err := s.Import(t.Context(), "", bytes.NewReader(bundle(t, version, "")))
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

// told tells the end of the slot's last trial and returns its facts; nil when there was nothing to tell.
func told(s *shelf.Shelf) (facts map[string]any, committed bool, err error) {
	err = s.Tell("activity", func(c bool, f map[string]any) error {
		facts, committed = f, c
		return nil
	})
	return facts, committed, err
}
