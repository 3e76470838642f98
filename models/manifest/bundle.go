package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Largest files that are read.
const (
	maxManifest = 256 << 10
	maxModel    = 256 << 20
	maxOther    = 16 << 20
	maxLabel    = 200
	maxLabels   = 1 << 16
)

// ErrDigest is wrapped by Open when a file's SHA-256 is not the one that the manifest states.
var ErrDigest = errors.New("digest differs")

// Bundle is a validated bundle, in memory.
type Bundle struct {
	Manifest
	Digest string   // SHA-256 of manifest.json in hex; it binds every file
	Model  []byte   // the model file
	Labels []string // one per value of the first output
	Golden []Golden // at least one
}

// Open reads a bundle folder. Nothing outside fsys is read, and nothing that the manifest does not list.
func Open(fsys fs.FS) (*Bundle, error) {
	text, err := readFile(fsys, File, maxManifest)
	if err != nil {
		return nil, fmt.Errorf("open bundle: %w", err)
	}
	m, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("open bundle: %w", err)
	}
	sum := sha256.Sum256(text)
	b := &Bundle{Manifest: *m, Digest: hex.EncodeToString(sum[:])}
	if err := b.read(fsys); err != nil {
		return nil, fmt.Errorf("open bundle %s: %w", m.Ref(), err)
	}
	return b, nil
}

func (b *Bundle) read(fsys fs.FS) error {
	files := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(b.Files)) {
		data, err := b.readChecked(fsys, name)
		if err != nil {
			return err
		}
		files[name] = data
	}
	var err error
	b.Model = files[b.ModelFile()]
	if b.Labels, err = parseLabels(files[b.LabelsFile], b.Outputs[0].Form().Elements()); err != nil {
		return fmt.Errorf("%s: %w", b.LabelsFile, err)
	}
	if b.Golden, err = parseGolden(files[b.GoldenSet.File], b.Inputs, b.Outputs); err != nil {
		return fmt.Errorf("%s: %w", b.GoldenSet.File, err)
	}
	return nil
}

func (b *Bundle) readChecked(fsys fs.FS, name string) ([]byte, error) {
	limit := int64(maxOther)
	if name == b.ModelFile() {
		limit = maxModel
	}
	data, err := readFile(fsys, name, limit)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != strings.ToLower(b.Files[name]) {
		return nil, fmt.Errorf("%s has SHA-256 %x, the manifest states %s: %w; copy the folder again, or pack it anew", name, sum, b.Files[name], ErrDigest)
	}
	return data, nil
}

// readFile reads at most limit bytes of a plain file; a larger one is an error before its content is read.
func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("read %s: %v of %d bytes, want a plain file of at most %d", name, info.Mode(), info.Size(), limit)
	}
	var buf bytes.Buffer
	buf.Grow(int(info.Size()) + bytes.MinRead)
	if _, err := buf.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(buf.Len()) > limit {
		return nil, fmt.Errorf("read %s: grew beyond %d bytes", name, limit)
	}
	return buf.Bytes(), nil
}

// parseLabels reads one label per line, want of them, none empty, none twice.
func parseLabels(text []byte, want int) ([]string, error) {
	labels := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(labels) != want || want > maxLabels {
		return nil, fmt.Errorf("%d labels for $.outputs[0] of %d values", len(labels), want)
	}
	seen := make(map[string]bool, want)
	for i, l := range labels {
		l = strings.TrimSuffix(l, "\r")
		if l == "" || len(l) > maxLabel || !utf8.ValidString(l) || seen[l] {
			return nil, fmt.Errorf("line %d: want a label of 1 to %d bytes that stands once", i+1, maxLabel)
		}
		seen[l], labels[i] = true, l
	}
	return labels, nil
}
