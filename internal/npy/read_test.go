package npy_test

import (
	"bytes"
	"embed"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/npy"
)

// The files were written by NumPy; see testdata/make.py.
//
//go:embed testdata/*.npy
var files embed.FS

func TestReadsWhatNumPyWrites(t *testing.T) {
	entries, err := files.ReadDir("testdata")
	if err != nil || len(entries) < 10 {
		t.Fatalf("testdata: %d files, %v", len(entries), err)
	}
	want := []float32{0, 1, 2, 3, 4, 5}
	for _, e := range entries {
		data, err := files.ReadFile("testdata/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		got, err := npy.Read(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
			continue
		}
		if !slices.Equal(got.Data, want) || !slices.Equal(got.Shape, []int{2, 3}) && !slices.Equal(got.Shape, []int{6}) {
			t.Errorf("%s: shape %v, data %v", e.Name(), got.Shape, got.Data)
		}
	}
}

func TestRefuses(t *testing.T) {
	good, err := files.ReadFile("testdata/f4.npy")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty":       nil,
		"no magic":    []byte("PK\x03\x04 is a zip file"),
		"version 9":   bytes.Replace(good, []byte("NUMPY\x01"), []byte("NUMPY\x09"), 1),
		"cut header":  good[:40],
		"cut data":    good[:len(good)-1],
		"text":        bytes.Replace(good, []byte("'<f4'"), []byte("'<U4'"), 1),
		"structured":  bytes.Replace(good, []byte("'<f4'"), []byte("[('a'"), 1),
		"negative":    bytes.Replace(good, []byte("(2, 3)"), []byte("(2,-3)"), 1),
		"huge":        bytes.Replace(good, []byte("(2, 3), }    "), []byte("(99999999,99999999)}"), 1),
		"many dims":   bytes.Replace(good, []byte("(2, 3), }            "), []byte("(1,1,1,1,1,1,1,1,1,)}"), 1),
		"large head":  []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{}"),
		"promise":     bytes.Replace(good, []byte("(2, 3), }"), []byte("(2000000)}"), 1),
		"no fortran":  bytes.Replace(good, []byte("fortran_order"), []byte("fortran_ordre"), 1),
		"byte order":  bytes.Replace(good, []byte("'<f4'"), []byte("'?f4'"), 1),
		"long number": bytes.Replace(good, []byte("'<f4'"), []byte("'<f16"), 1),
	} {
		if _, err := npy.Read(bytes.NewReader(data)); !errors.Is(err, npy.ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	entries, err := files.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		data, err := files.ReadFile("testdata/" + e.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := npy.Read(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, npy.ErrFormat) || strings.Contains(err.Error(), "%!") {
				t.Fatalf("error %v", err)
			}
			return
		}
		n := 1
		for _, d := range a.Shape {
			n *= d
		}
		if n != len(a.Data) {
			t.Fatalf("shape %v with %d values", a.Shape, len(a.Data))
		}
	})
}
