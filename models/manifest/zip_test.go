package manifest_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// packed is a bundle as one file.
func packed(t testing.TB, fsys fs.FS) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := manifest.WriteZip(&b, fsys); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openZip(data []byte) (fs.FS, error) {
	return manifest.OpenZip(bytes.NewReader(data), int64(len(data)))
}

// TestZipHoldsTheFolder: what goes in comes out, the same bytes each time.
func TestZipHoldsTheFolder(t *testing.T) {
	for _, name := range []string{"motions", "keywords"} {
		folder := os.DirFS(fixture.Path(t, "examples", "models", name, "1"))
		want, err := manifest.Open(folder)
		if err != nil {
			t.Fatal(err)
		}
		data := packed(t, folder)
		if !bytes.Equal(data, packed(t, folder)) {
			t.Error("another file the second time")
		}
		path := filepath.Join(t.TempDir(), want.Ref().FileName())
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		disk, err := manifest.OpenDisk(path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := manifest.Open(disk)
		if err != nil || b.Digest != want.Digest || !bytes.Equal(b.Model, want.Model) {
			t.Errorf("%s: %v", name, err)
		}
		if err := fstest.TestFS(disk, "manifest.json", "model.tflite", "labels.txt", "golden.cbor", "card.md"); err != nil {
			t.Error(err)
		}
		if err := disk.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestZipContentIsChecked: damage is found by the checksum, another file by its digest.
func TestZipContentIsChecked(t *testing.T) {
	k := newKit(t)
	folder := k.folder(t)
	data := packed(t, folder)
	data[bytes.Index(data, k.files["golden.cbor"])] ^= 1
	if _, err := openZip(data); !errors.Is(err, manifest.ErrZip) || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a flipped bit: %v", err)
	}
	folder["model.tflite"].Data = []byte("m0del")
	if err := manifest.WriteZip(&bytes.Buffer{}, folder); !errors.Is(err, manifest.ErrDigest) {
		t.Errorf("wrote a bundle whose model is another: %v", err)
	}
	fsys, err := openZip(makeZip(t, entriesOf(t, k, func(all []*entry) []*entry {
		all[1].data = []byte("m0del")
		return all
	})...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := manifest.Open(fsys); !errors.Is(err, manifest.ErrDigest) {
		t.Errorf("another model in a whole ZIP: %v", err)
	}
}

// entry is one file of a handmade ZIP.
type entry struct {
	zip.FileHeader
	data  []byte
	plain bool // through archive/zip's own writer, with what it adds
}

// entriesOf are the kit's files as WriteZip has them, after a change.
func entriesOf(t testing.TB, k *kit, change func([]*entry) []*entry) []*entry {
	t.Helper()
	all := []*entry{{data: k.text(t)}}
	all[0].Name = "manifest.json"
	for _, name := range []string{"model.tflite", "labels.txt", "golden.cbor", "card.md"} {
		e := &entry{data: k.files[name]}
		e.Name = name
		all = append(all, e)
	}
	for _, e := range all {
		e.SetMode(0o644)
	}
	return change(all)
}

func makeZip(t testing.TB, all ...*entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range all {
		create := z.CreateRaw
		if e.plain {
			create = z.CreateHeader
		} else if e.CRC32 == 0 {
			e.CRC32 = crc32.ChecksumIEEE(e.data)
			e.CompressedSize64, e.UncompressedSize64 = uint64(len(e.data)), max(e.UncompressedSize64, uint64(len(e.data)))
		}
		w, err := create(&e.FileHeader)
		if err == nil && len(e.data) > 0 {
			_, err = w.Write(e.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// extra is an entry beside the bundle's own.
func extra(name string) *entry {
	e := &entry{data: []byte("x")}
	if strings.HasSuffix(name, "/") {
		e.data = nil
	}
	e.Name = name
	e.SetMode(0o644)
	return e
}

func TestZipRefused(t *testing.T) {
	plus := func(e *entry) func([]*entry) []*entry {
		return func(all []*entry) []*entry { return append(all, e) }
	}
	first := func(f func(e *entry)) func([]*entry) []*entry {
		return func(all []*entry) []*entry { f(all[1]); return all }
	}
	for name, tc := range map[string]struct {
		change func([]*entry) []*entry
		want   string
		code   manifest.Code
	}{
		"traversal":      {plus(extra("../evil")), "want a plain file name", manifest.BadName},
		"absolute":       {plus(extra("/etc/passwd")), "want a plain file name", manifest.BadName},
		"backslash":      {plus(extra(`..\evil`)), "want a plain file name", manifest.BadName},
		"drive":          {plus(extra(`C:evil`)), "want a plain file name", manifest.BadName},
		"no name":        {plus(extra("")), "want a plain file name", manifest.BadName},
		"zero byte":      {plus(extra("a\x00b")), "want a plain file name", manifest.BadName},
		"folder":         {plus(extra("docs/")), "want a plain file name", manifest.BadName},
		"in a folder":    {plus(extra("docs/card.md")), "want a plain file name", manifest.BadName},
		"hidden":         {plus(extra(".card.md")), "want a plain file name", manifest.BadName},
		"long name":      {plus(extra(strings.Repeat("n", 101))), "want a plain file name", manifest.BadName},
		"twice":          {plus(extra("card.md")), "stands twice", manifest.Twice},
		"twice folded":   {plus(extra("Card.MD")), "stands twice", manifest.Twice},
		"not listed":     {plus(extra("more.txt")), `file "more.txt": the manifest does not list it`, manifest.NotListed},
		"listed, absent": {func(all []*entry) []*entry { return all[:4] }, "has 3 files, the manifest lists 4", manifest.FileAbsent},
		"no manifest":    {func(all []*entry) []*entry { return all[1:] }, "manifest.json: file does not exist", manifest.FileAbsent},
		"bad manifest":   {func(all []*entry) []*entry { all[0].data = []byte("{}"); return all }, "parse manifest: $.format: is missing", manifest.BadManifest},
		"link":           {first(func(e *entry) { e.SetMode(fs.ModeSymlink | 0o777) }), "want a plain file", manifest.NoFile},
		"device":         {first(func(e *entry) { e.SetMode(fs.ModeDevice | 0o644) }), "want a plain file", manifest.NoFile},
		"deflated":       {first(func(e *entry) { e.plain, e.Method = true, zip.Deflate }), "is compressed", manifest.Compressed},
		"bomb":           {first(func(e *entry) { e.UncompressedSize64 = 1 << 31 }), "has 5 bytes for 2147483648", manifest.BadSize},
		"sizes behind":   {first(func(e *entry) { e.plain = true }), "has flags 0x8", manifest.Ambiguous},
		"encrypted":      {first(func(e *entry) { e.Flags = 1 }), "has flags 0x1", manifest.Ambiguous},
		"file comment":   {first(func(e *entry) { e.Comment = "hi" }), "extra data or a comment", manifest.Ambiguous},
		"extra data":     {first(func(e *entry) { e.Extra = []byte{1, 0, 0, 0} }), "extra data or a comment", manifest.Ambiguous},
		"checksum":       {first(func(e *entry) { e.CRC32, e.CompressedSize64, e.UncompressedSize64 = 7, 5, 5 }), "has checksum", manifest.Damaged},
		"many files": {func(all []*entry) []*entry {
			for i := range 40 {
				all = append(all, extra(strings.Repeat("f", i+1)))
			}
			return all
		}, "has 45 files, want 1 to 33", manifest.TooMany},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openZip(makeZip(t, entriesOf(t, newKit(t), tc.change)...))
			if !errors.Is(err, manifest.ErrZip) || !strings.Contains(err.Error(), tc.want) || manifest.CodeOf(err) != tc.code {
				t.Errorf("got %s: %v\nwant %s: %s", manifest.CodeOf(err), err, tc.code, tc.want)
			}
		})
	}
}

// TestZipBytesRefused: bytes before, between and behind; headers that differ from the directory; entries that overlap.
func TestZipBytesRefused(t *testing.T) {
	good := packed(t, newKit(t).folder(t))
	le := binary.LittleEndian
	end := len(good) - 22
	dir := int(le.Uint32(good[end+16:]))
	second := dir + 46 + len("manifest.json") // its entry in the directory
	for name, tc := range map[string]struct {
		change func(b []byte) []byte
		want   string
		code   manifest.Code
	}{
		"empty":             {func([]byte) []byte { return nil }, "has 0 bytes", manifest.BadSize},
		"no zip":            {func(b []byte) []byte { return make([]byte, len(b)) }, "does not end as a ZIP", manifest.NoBundle},
		"cut":               {func(b []byte) []byte { return b[:len(b)-1] }, "does not end as a ZIP", manifest.NoBundle},
		"bytes behind":      {func(b []byte) []byte { return append(b, 0) }, "does not end as a ZIP", manifest.NoBundle},
		"comment":           {func(b []byte) []byte { le.PutUint16(b[len(b)-2:], 1); return append(b, 'x') }, "does not end as a ZIP", manifest.NoBundle},
		"bytes before":      {func(b []byte) []byte { return append([]byte("MZ"), b...) }, "does not end where the end record begins", manifest.Ambiguous},
		"of several":        {func(b []byte) []byte { b[end+4] = 1; return b }, "part of several", manifest.Ambiguous},
		"fewer entries":     {func(b []byte) []byte { b[end+8], b[end+10] = 4, 4; return b }, "", manifest.NoBundle},
		"other name inside": {func(b []byte) []byte { b[30] = 'M'; return b }, "its own header and the directory differ", manifest.Ambiguous},
		"other size inside": {func(b []byte) []byte { b[18]++; return b }, "its own header and the directory differ", manifest.Ambiguous},
		"extra inside":      {func(b []byte) []byte { b[28] = 1; return b }, "begins at byte", manifest.Ambiguous},
		"overlap":           {func(b []byte) []byte { le.PutUint32(b[second+42:], 0); return b }, "begins at byte", manifest.Ambiguous},
		"zip64 size":        {func(b []byte) []byte { le.PutUint32(b[second+20:], 0xffffffff); return b }, "", manifest.NoBundle},
		"gap":               {gap, "begins at byte", manifest.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openZip(tc.change(bytes.Clone(good)))
			if !errors.Is(err, manifest.ErrZip) || !strings.Contains(err.Error(), tc.want) || manifest.CodeOf(err) != tc.code {
				t.Errorf("got %s: %v\nwant %s: %s", manifest.CodeOf(err), err, tc.code, tc.want)
			}
		})
	}
	for n := range good {
		if _, err := openZip(good[:n]); err == nil {
			t.Errorf("opened the first %d bytes of %d", n, len(good))
		}
	}
}

// gap puts a byte before the first file and moves all that the directory says of places.
func gap(b []byte) []byte {
	le := binary.LittleEndian
	b = append([]byte{0}, b...)
	end := len(b) - 22
	le.PutUint32(b[end+16:], le.Uint32(b[end+16:])+1)
	for at := int(le.Uint32(b[end+16:])); at < end; at += 46 + int(le.Uint16(b[at+28:])) {
		le.PutUint32(b[at+42:], le.Uint32(b[at+42:])+1)
	}
	return b
}

// FuzzZip: whatever the bytes are, Glance and OpenZip end; what OpenZip and Open accept is written again as the same bytes.
func FuzzZip(f *testing.F) {
	k := newKit(f)
	good := packed(f, k.folder(f))
	f.Add(good)
	f.Add(good[:100])
	f.Add(makeZip(f, entriesOf(f, k, func(all []*entry) []*entry { return append(all, extra("../x")) })...))
	f.Fuzz(func(t *testing.T, data []byte) {
		ref, gerr := manifest.Glance(bytes.NewReader(data), int64(len(data)))
		fsys, err := openZip(data)
		if err != nil {
			return
		}
		b, err := manifest.Open(fsys)
		if err != nil {
			return
		}
		if gerr != nil || ref != (manifest.Ref{}) && ref != b.Ref() {
			t.Errorf("at a glance %v, %v; opened %v", ref, gerr, b.Ref())
		}
		again, err := openZip(packed(t, fsys))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := manifest.Open(again); err != nil || c.Digest != b.Digest {
			t.Errorf("written again it is %v", err)
		}
	})
}
