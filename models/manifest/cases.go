package manifest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
)

// Case is one labelled window of the acceptance set, before preprocessing.
type Case struct {
	Window []float32 // finite values, sample by sample: length x channels, or length pictures row by row
	Label  int       // index of the right label, from 0
	Slice  string    // part of the set that it belongs to, as "site=north"; may be empty
}

// record is a case in the file, which is a sequence (RFC 8742) of such maps.
type record struct {
	Window []byte `cbor:"window"` // float32, little-endian
	Label  int    `cbor:"label"`
	Slice  string `cbor:"slice,omitempty"`
}

// recordSlack is what a record may have beside its window.
const recordSlack = 1024

// AppendCase adds a case to the bytes of acceptance.cbor.
func AppendCase(dst []byte, c Case) ([]byte, error) {
	r := record{Window: make([]byte, 0, 4*len(c.Window)), Label: c.Label, Slice: c.Slice}
	for _, v := range c.Window {
		r.Window = binary.LittleEndian.AppendUint32(r.Window, math.Float32bits(v))
	}
	data, err := encode(r)
	if err != nil {
		return dst, fmt.Errorf("encode case: %w", err)
	}
	return append(dst, data...), nil
}

// Cases reads the acceptance set one case at a time. It belongs to one goroutine.
type Cases struct {
	m      *Manifest
	file   fs.File
	in     *metered
	dec    *cbor.Decoder
	values int
	labels int
	count  int
	err    error
}

// OpenCases opens the acceptance set of a bundle. Without one the error wraps fs.ErrNotExist.
func (m *Manifest) OpenCases(fsys fs.FS) (*Cases, error) {
	if m.Acceptance.File == "" {
		return nil, fmt.Errorf("open acceptance set of %s: the bundle has none: %w", m.Ref(), fs.ErrNotExist)
	}
	labels := m.Outputs[0].Form().Elements()
	if labels > maxJudged {
		return nil, fmt.Errorf("open acceptance set of %s: %w", m.Ref(), refuse(BadContent, "%s: it judges %d labels, want at most %d: pack the model without $.acceptance",
			m.Acceptance.File, labels, maxJudged))
	}
	mode, err := strict(16)
	if err != nil {
		return nil, err
	}
	f, err := openPlain(fsys, m.Acceptance.File, maxCases)
	if err != nil {
		return nil, fmt.Errorf("open acceptance set of %s: %w", m.Ref(), err)
	}
	c := &Cases{m: m, file: f, values: m.Window.Length * m.Source.Values(), labels: labels}
	c.in = &metered{in: io.LimitReader(f, maxCases), sum: sha256.New(), most: 4*c.values + recordSlack}
	c.dec = mode.NewDecoder(c.in)
	return c, nil
}

// Next reads the next case into dst, whose memory it uses again. After the last it returns io.EOF, or an error that
// wraps ErrDigest when the file is not the one that the manifest states.
func (c *Cases) Next(dst *Case) error {
	if c.err == nil {
		if c.err = c.next(dst); c.err != nil && !errors.Is(c.err, io.EOF) {
			c.err = fmt.Errorf("read acceptance set of %s: %w", c.m.Ref(), c.err)
		}
	}
	return c.err
}

func (c *Cases) next(dst *Case) error {
	c.in.taken = c.dec.NumBytesRead()
	var r record
	err := c.dec.Decode(&r)
	if errors.Is(err, io.EOF) {
		return c.end()
	}
	if err == nil {
		err = c.fill(dst, r)
	}
	if most := maxScores / c.labels; err == nil && c.count == most {
		err = fmt.Errorf("one too many: want at most %d cases of %d labels; pack fewer samples as $.acceptance.samples", most, c.labels)
	}
	if err != nil {
		return refuse(BadContent, "%s: case %d: %w", c.m.Acceptance.File, c.count, err)
	}
	c.count++
	return nil
}

func (c *Cases) end() error {
	if err := c.m.compare(c.m.Acceptance.File, c.in.sum.Sum(nil)); err != nil {
		return err
	}
	if c.count == 0 {
		return refuse(BadContent, "%s: no case", c.m.Acceptance.File)
	}
	return io.EOF
}

func (c *Cases) fill(dst *Case, r record) error {
	switch {
	case len(r.Window) != 4*c.values:
		return fmt.Errorf("window of %d bytes, want %d", len(r.Window), 4*c.values)
	case r.Label < 0 || r.Label >= c.labels:
		return fmt.Errorf("label %d, want 0 to %d", r.Label, c.labels-1)
	case len(r.Slice) > maxText || !utf8.ValidString(r.Slice):
		return fmt.Errorf("slice of %d bytes, want at most %d of text", len(r.Slice), maxText)
	}
	dst.Label, dst.Slice, dst.Window = r.Label, r.Slice, dst.Window[:0]
	for at := 0; at < len(r.Window); at += 4 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(r.Window[at:]))
		if v-v != 0 { // NaN or infinite
			return fmt.Errorf("window: value %d is %v", at/4, v)
		}
		dst.Window = append(dst.Window, v)
	}
	return nil
}

// Close closes the file.
func (c *Cases) Close() error { return c.file.Close() }

// metered hashes what is read, and ends a case that is longer than any can be before it is in memory.
type metered struct {
	in    io.Reader
	sum   hash.Hash
	most  int // bytes of one case
	read  int
	taken int // bytes of the cases before
}

func (r *metered) Read(p []byte) (int, error) {
	left := r.most - (r.read - r.taken)
	if left <= 0 {
		return 0, fmt.Errorf("is longer than %d bytes", r.most)
	}
	n, err := r.in.Read(p[:min(len(p), left)])
	r.read += n
	r.sum.Write(p[:n])
	return n, err
}
