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
	maxCases    = 64 << 20 // of the acceptance set; it is never in memory as a whole
	maxScores   = 1 << 24  // of the acceptance set's answers, cases times labels: whoever runs it has them all in memory
	maxJudged   = 1 << 12  // labels of an acceptance set: what was taken for what is a table of labels by labels
	maxLabel    = 200
	maxLabels   = 1 << 16
)

// ErrDigest is wrapped by Open when a file's SHA-256 is not the one that the manifest states.
var ErrDigest = errors.New("digest differs")

// Bundle is a validated bundle. The acceptance set stays where it is: OpenCases reads it.
type Bundle struct {
	Manifest
	Digest    string     // SHA-256 of manifest.json in hex; it binds every file
	Model     []byte     // the model file
	Labels    []string   // one per value of the first output
	Golden    []Golden   // at least one
	Reference *Reference // the drift reference; nil when there is none
}

// Open reads a bundle: a folder, or what OpenZip returns. Nothing outside fsys is read, and nothing that the manifest
// does not list.
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
		if !b.kept(name) {
			if err := b.check(fsys, name); err != nil {
				return err
			}
			continue
		}
		data, err := b.readChecked(fsys, name)
		if err != nil {
			return err
		}
		files[name] = data
	}
	var err error
	b.Model = files[b.ModelFile()]
	if b.Labels, err = parseLabels(files[b.LabelsFile], b.Outputs[0].Form().Elements()); err != nil {
		return refuse(BadContent, "%s: %w", b.LabelsFile, err)
	}
	if b.Golden, err = parseGolden(files[b.GoldenSet.File], b.Inputs, b.Outputs); err != nil {
		return refuse(BadContent, "%s: %w", b.GoldenSet.File, err)
	}
	if b.DriftSet.File != "" {
		if b.Reference, err = b.parseReference(files[b.DriftSet.File]); err != nil {
			return refuse(BadContent, "%s: %w", b.DriftSet.File, err)
		}
	}
	return nil
}

// kept reports whether a file is read into memory; of the others only the digest is checked.
func (b *Bundle) kept(name string) bool {
	return name == b.ModelFile() || name == b.LabelsFile || name == b.GoldenSet.File || name == b.DriftSet.File
}

func (m *Manifest) limit(name string) int64 {
	switch name {
	case m.ModelFile():
		return maxModel
	case m.Acceptance.File:
		return maxCases
	}
	return maxOther
}

func (b *Bundle) readChecked(fsys fs.FS, name string) ([]byte, error) {
	data, err := readFile(fsys, name, b.limit(name))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return data, b.compare(name, sum[:])
}

// check reads a file for its digest alone.
func (b *Bundle) check(fsys fs.FS, name string) error {
	sum := sha256.New()
	if err := copyFile(sum, fsys, name, b.limit(name)); err != nil {
		return err
	}
	return b.compare(name, sum.Sum(nil))
}

func (m *Manifest) compare(name string, sum []byte) error {
	if hex.EncodeToString(sum) != strings.ToLower(m.Files[name]) {
		return fmt.Errorf("%s has SHA-256 %x, the manifest states %s: %w; copy the bundle again, or pack it anew", name, sum, m.Files[name], ErrDigest)
	}
	return nil
}

func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	err := copyFile(&buf, fsys, name, limit)
	return buf.Bytes(), err
}

// copyFile reads at most limit bytes of a plain file; a larger one is an error before its content is read.
func copyFile(dst io.Writer, fsys fs.FS, name string, limit int64) error {
	f, err := openPlain(fsys, name, limit)
	if err != nil {
		return err
	}
	defer f.Close()
	if buf, ok := dst.(*bytes.Buffer); ok {
		if info, err := f.Stat(); err == nil {
			buf.Grow(int(info.Size()) + bytes.MinRead) // once: a model is the largest thing in memory
		}
	}
	n, err := io.Copy(dst, io.LimitReader(f, limit+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if n > limit {
		return fmt.Errorf("read %s: grew beyond %d bytes", name, limit)
	}
	return nil
}

// openPlain looks before it opens, because to open a FIFO is to wait for its writer; and again at what it has opened.
func openPlain(fsys fs.FS, name string, limit int64) (fs.File, error) {
	info, err := fs.Stat(fsys, name)
	if err == nil {
		err = checkPlain(name, info, limit)
	}
	if err != nil {
		return nil, absent(err)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, absent(err)
	}
	if info, err = f.Stat(); err == nil {
		err = checkPlain(name, info, limit)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func checkPlain(name string, info fs.FileInfo, limit int64) error {
	code := BadSize
	switch {
	case !info.Mode().IsRegular():
		code = NoFile
	case info.Size() <= limit:
		return nil
	}
	return refuse(code, "read %s: %v of %d bytes, want a plain file of at most %d", name, info.Mode(), info.Size(), limit)
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
