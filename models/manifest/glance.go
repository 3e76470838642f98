package manifest

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Glance is what a bundle's file says before anything of it is believed: of which model it is, as far as its beginning can
// be read, also when the rest is cut off or damaged, and whether it ends as a bundle does. The Ref is zero where the
// file does not begin with a manifest; the error of another end has the code NoBundle, BadSize, Ambiguous or TooMany.
func Glance(r io.ReaderAt, size int64) (Ref, error) {
	var ref Ref
	if m, err := Parse(firstManifest(r)); err == nil {
		ref = m.Ref()
	}
	if _, _, err := checkEnd(r, size); err != nil {
		return ref, fmt.Errorf("open bundle: %w: %w", ErrZip, err)
	}
	return ref, nil
}

// firstManifest is the text of the manifest where it is the first file, as WriteZip puts it; nil when it is not, or is
// not whole.
func firstManifest(r io.ReaderAt) []byte {
	head := make([]byte, zipHead+len(File))
	if _, err := r.ReadAt(head, 0); err != nil {
		return nil
	}
	le := binary.LittleEndian
	stored, length := le.Uint16(head[8:]) == 0, int64(le.Uint32(head[18:]))
	if le.Uint32(head) != zipHeadSig || !stored || string(head[zipHead:]) != File || int(le.Uint16(head[26:])) != len(File) ||
		le.Uint16(head[28:]) != 0 || length > maxManifest {
		return nil
	}
	text := make([]byte, length)
	if n, err := r.ReadAt(text, int64(len(head))); err != nil && n < len(text) {
		return nil
	}
	return text
}
