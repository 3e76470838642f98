package tflitemeta_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/tflitemeta"
)

// end is where the model ends and its ZIP begins.
func end(t testing.TB, data []byte) int {
	t.Helper()
	at := bytes.Index(data, []byte("PK\x03\x04"))
	if at < 0 {
		t.Fatal("the file has no ZIP")
	}
	return at
}

func TestRefused(t *testing.T) {
	good := file(t, "tflitemeta", "image.tflite")
	meta := bytes.Index(good, []byte("M001"))
	for name, tc := range map[string]struct {
		data []byte
		want string
	}{
		"empty":              {nil, "0 bytes without the mark TFL3"},
		"another file":       {[]byte("\x08\x00\x00\x00ONNXonnx"), "without the mark TFL3"},
		"mark only":          {[]byte("\xff\xff\xff\x7fTFL3"), "an offset leaves the file"},
		"cut":                {good[:1000], "an offset leaves the file"},
		"other metadata":     {bytes.Replace(good, []byte("M001"), []byte("M002"), 1), "metadata: "},
		"metadata's root":    {patched(good, meta-4, 0xffffff), "metadata: an offset leaves the file"},
		"metadata is looped": {patched(good, meta-4, 0), "metadata: "},
		"labels twice":       {behind(t, good, "labels.txt", "labels.txt"), `"labels.txt" stands twice`},
		"labels are a bomb":  {behind(t, good, "labels.txt*"), "more than 1048576 bytes of labels"},
		"labels are binary":  {behind(t, good, "labels.txt!"), "is no UTF-8"},
		"a label is long":    {behind(t, good, "labels.txt_"), "line 1 has 300 bytes"},
	} {
		_, err := tflitemeta.Inspect(tc.data)
		if !errors.Is(err, tflitemeta.ErrFile) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v\nwant %s", name, err, tc.want)
		}
	}
}

func patched(b []byte, at int, v uint32) []byte {
	b = bytes.Clone(b)
	binary.LittleEndian.PutUint32(b[at:], v)
	return b
}

// behind puts another ZIP behind the model. A name's last character chooses what stands in the file: * a bomb of 4 MiB,
// ! bytes that are no text, _ a long line, else a label.
func behind(t testing.TB, good []byte, names ...string) []byte {
	t.Helper()
	b := bytes.NewBuffer(bytes.Clone(good[:end(t, good)]))
	z := zip.NewWriter(b)
	z.SetOffset(int64(b.Len()))
	for _, name := range names {
		body := []byte("label\n")
		switch name[len(name)-1] {
		case '*':
			body = bytes.Repeat([]byte("a\n"), 2<<20)
		case '!':
			body = []byte{0xff, 0xfe}
		case '_':
			body = bytes.Repeat([]byte("x"), 300)
		}
		w, err := z.Create(strings.TrimRight(name, "*!_"))
		if err == nil {
			_, err = w.Write(body)
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

// TestFilesAbsent: metadata whose files were not packed is still read.
func TestFilesAbsent(t *testing.T) {
	good := file(t, "tflitemeta", "image.tflite")
	for name, data := range map[string][]byte{"no ZIP": good[:end(t, good)], "another file": behind(t, good, "other.txt")} {
		m := inspect(t, data)
		if f := m.Outputs[0].About.Files[0]; !f.Missing || f.Name != "labels.txt" || m.Labels("") != nil || m.Meta.Name != "spots" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestEveryCut, and a flipped bit of every byte: an answer or an error, never a crash.
func TestEveryCut(t *testing.T) {
	for _, name := range []string{"image", "audio", "sensor"} {
		good := file(t, "tflitemeta", name+".tflite")
		for n := range good {
			if _, err := tflitemeta.Inspect(good[:n]); err != nil && !errors.Is(err, tflitemeta.ErrFile) {
				t.Fatalf("%s: the first %d bytes: %v", name, n, err)
			}
		}
		for i := range good {
			good[i] ^= 1 << (i % 8)
			if _, err := tflitemeta.Inspect(good); err != nil && !errors.Is(err, tflitemeta.ErrFile) {
				t.Fatalf("%s: byte %d: %v", name, i, err)
			}
			good[i] ^= 1 << (i % 8)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, folder := range []string{"tflitemeta", "engine"} {
		names, err := filepath.Glob(filepath.Join(fixture.Path(f, "testdata", folder), "*.tflite"))
		if err != nil || len(names) == 0 {
			f.Fatalf("no models in %s: %v", folder, err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := tflitemeta.Inspect(data)
		if err != nil {
			if !errors.Is(err, tflitemeta.ErrFile) {
				t.Errorf("%v", err)
			}
			return
		}
		m.Labels("de")
	})
}
