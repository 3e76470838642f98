package manifest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Suffix ends the name of a bundle that is one file.
const Suffix = ".dunlin"

// Sizes and marks of ZIP structures (APPNOTE 6.3.10, sections 4.3.7 and 4.3.16).
const (
	zipHead    = 30         // of a file's own header, without its name
	zipEnd     = 22         // of the end record, without a comment
	zipEntry   = 46         // of a file's entry in the directory, without its name
	zipHeadSig = 0x04034b50 // "PK\3\4"
	zipEndSig  = 0x06054b50 // "PK\5\6"
	zipUTF8    = 0x800      // flag: the name is UTF-8; names here are ASCII, some writers set it all the same
	maxNameLen = 100        // as fileForm has it
)

// ErrZip is wrapped by OpenZip when the bytes are no bundle's ZIP.
var ErrZip = errors.New("no bundle file")

// OpenZip reads a bundle that is one file: a ZIP in the only form that WriteZip gives it. Plain files follow each other
// without gap or overlap, stored and not compressed, with no comment, extra data or folder, and they are manifest.json
// and what it lists. Whatever two readers of ZIP could understand in two ways is refused. What it returns is for Open,
// which checks the digests; r is read as long as it is used.
func OpenZip(r io.ReaderAt, size int64) (fs.FS, error) {
	z, err := openZip(r, size)
	if err != nil {
		return nil, fmt.Errorf("open bundle: %w: %w", ErrZip, err)
	}
	return z, nil
}

func openZip(r io.ReaderAt, size int64) (*zip.Reader, error) {
	directory, length, err := checkEnd(r, size)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		length -= zipEntry + int64(len(f.Name))
	}
	if err := checkEntries(r, z, directory); err != nil {
		return nil, err
	}
	if length != 0 {
		return nil, refuse(Ambiguous, "has %d bytes in the directory that belong to no file", length)
	}
	return z, checkList(z)
}

// checkEnd looks at the end record before anything is allocated by what it says, and gives the directory's place
// and length.
func checkEnd(r io.ReaderAt, size int64) (at, length int64, err error) {
	if size < zipEnd || size > maxModel+maxCases+maxOther*maxFiles {
		return 0, 0, refuse(BadSize, "has %d bytes", size)
	}
	var end [zipEnd]byte
	if _, err := r.ReadAt(end[:], size-zipEnd); err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, err
	}
	le := binary.LittleEndian
	files := int64(le.Uint16(end[10:]))
	length, at = int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	switch {
	case le.Uint32(end[:]) != zipEndSig || le.Uint16(end[20:]) != 0:
		return 0, 0, refuse(NoBundle, "does not end as a ZIP without a comment; it is cut off, or no ZIP")
	case le.Uint32(end[4:]) != 0 || int64(le.Uint16(end[8:])) != files:
		return 0, 0, refuse(Ambiguous, "is a part of several")
	case files < 1 || files > maxFiles+1:
		return 0, 0, refuse(TooMany, "has %d files, want 1 to %d", files, maxFiles+1)
	case at+length != size-zipEnd || length > files*(zipEntry+maxNameLen):
		return 0, 0, refuse(Ambiguous, "its directory does not end where the end record begins")
	}
	return at, length, nil
}

// checkEntries walks the files in the directory's order: each begins where the one before ends.
func checkEntries(r io.ReaderAt, z *zip.Reader, directory int64) error {
	at := int64(0)
	seen := map[string]bool{}
	for _, f := range z.File {
		if err := checkEntry(f); err != nil {
			return fmt.Errorf("file %.120q: %w", f.Name, err)
		}
		fold := strings.ToLower(f.Name)
		if seen[fold] {
			return refuse(Twice, "file %q: stands twice, or differs from another in upper and lower case only", f.Name)
		}
		seen[fold] = true
		body := at + zipHead + int64(len(f.Name))
		if body+int64(f.CompressedSize64) > directory {
			return refuse(Ambiguous, "file %q: runs into the directory", f.Name)
		}
		if err := checkHead(r, f, at, body); err != nil {
			return fmt.Errorf("file %q: %w", f.Name, err)
		}
		at = body + int64(f.CompressedSize64)
	}
	if at != directory {
		return refuse(Ambiguous, "has %d bytes between the files and the directory", directory-at)
	}
	return nil
}

// checkEntry is what the directory says of one file.
func checkEntry(f *zip.File) error {
	switch {
	case !fileForm.MatchString(f.Name):
		return refuse(BadName, "want a plain file name, without folders")
	case f.Method != zip.Store:
		return refuse(Compressed, "is compressed; want it stored")
	case f.CompressedSize64 != f.UncompressedSize64:
		return refuse(BadSize, "has %d bytes for %d", f.CompressedSize64, f.UncompressedSize64)
	case f.CompressedSize64 > maxModel:
		return refuse(BadSize, "has %d bytes, want at most %d", f.CompressedSize64, maxModel)
	case !f.Mode().IsRegular():
		return refuse(NoFile, "is %v; want a plain file", f.Mode().Type())
	case len(f.Extra) > 0 || f.Comment != "":
		return refuse(Ambiguous, "has extra data or a comment")
	case f.Flags&^zipUTF8 != 0:
		return refuse(Ambiguous, "has flags %#x; want no encryption and sizes before the content", f.Flags)
	}
	return nil
}

// checkHead compares a file's own header, which some readers go by, with the directory, which others go by; and the
// content with its checksum, which they all go by.
func checkHead(r io.ReaderAt, f *zip.File, at, body int64) error {
	head := make([]byte, body-at)
	if _, err := r.ReadAt(head, at); err != nil {
		return err
	}
	le := binary.LittleEndian
	start, err := f.DataOffset()
	switch {
	case err != nil:
		return err
	case start != body:
		return refuse(Ambiguous, "begins at byte %d, want %d, behind the file before", start, body)
	case le.Uint32(head) != zipHeadSig, le.Uint16(head[6:]) != f.Flags, le.Uint16(head[8:]) != f.Method, le.Uint32(head[14:]) != f.CRC32,
		uint64(le.Uint32(head[18:])) != f.CompressedSize64, uint64(le.Uint32(head[22:])) != f.UncompressedSize64,
		int(le.Uint16(head[26:])) != len(f.Name), le.Uint16(head[28:]) != 0, string(head[zipHead:]) != f.Name:
		return refuse(Ambiguous, "its own header and the directory differ")
	}
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, io.NewSectionReader(r, body, int64(f.CompressedSize64))); err != nil {
		return err
	}
	if sum.Sum32() != f.CRC32 {
		return refuse(Damaged, "has checksum %08x, its header states %08x: it was damaged on the way", sum.Sum32(), f.CRC32)
	}
	return nil
}

// checkList compares the files with the manifest's list.
func checkList(z *zip.Reader) error {
	text, err := readFile(z, File, maxManifest)
	if err != nil {
		return err
	}
	m, err := Parse(text)
	if err != nil {
		return err
	}
	for _, f := range z.File {
		if _, listed := m.Files[f.Name]; !listed && f.Name != File {
			return refuse(NotListed, "file %q: the manifest does not list it", f.Name)
		}
	}
	if len(z.File) != len(m.Files)+1 {
		return refuse(FileAbsent, "has %d files, the manifest lists %d", len(z.File)-1, len(m.Files))
	}
	return nil
}

// WriteZip writes a bundle as one file, having checked it as Open does. The same bundle gives the same bytes.
func WriteZip(w io.Writer, fsys fs.FS) error {
	b, err := Open(fsys)
	if err != nil {
		return fmt.Errorf("write bundle file: %w", err)
	}
	z := zip.NewWriter(w)
	for _, name := range append([]string{File}, sortedNames(b.Files)...) {
		limit := int64(maxManifest)
		if name != File {
			limit = b.limit(name)
		}
		if err := store(z, fsys, name, limit); err != nil {
			return fmt.Errorf("write bundle file: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write bundle file: %w", err)
	}
	return nil
}

func sortedNames(files map[string]string) []string {
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// firstDay is 1 January 1980 as ZIP writes a date: a bundle's own times mean nothing.
const firstDay = 0x21

func store(z *zip.Writer, fsys fs.FS, name string, limit int64) error {
	data, err := readFile(fsys, name, limit)
	if err != nil {
		return err
	}
	h := &zip.FileHeader{ //nolint:staticcheck // CreateRaw takes no other date
		Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data),
		ModifiedDate:     firstDay, //nolint:staticcheck // CreateRaw writes this field; what replaces it adds an extra one
		CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data)),
	}
	h.SetMode(0o644)
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, bytes.NewReader(data))
	return err
}
