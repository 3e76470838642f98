package manifest_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

func (k *kit) cases(t testing.TB, all ...manifest.Case) {
	t.Helper()
	var data []byte
	for _, c := range all {
		var err error
		if data, err = manifest.AppendCase(data, c); err != nil {
			t.Fatal(err)
		}
	}
	k.files["acceptance.cbor"] = data
}

// read gives the cases of a folder up to the first error that is not the end.
func read(t testing.TB, b *manifest.Bundle, fsys fs.FS) ([]manifest.Case, error) {
	t.Helper()
	cases, err := b.OpenCases(fsys)
	if err != nil {
		return nil, err
	}
	defer cases.Close()
	var all []manifest.Case
	for {
		var c manifest.Case
		if err := cases.Next(&c); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			if again := cases.Next(&c); again != err {
				t.Errorf("after %v came %v", err, again)
			}
			return all, err
		}
		all = append(all, c)
	}
}

func TestCases(t *testing.T) {
	k := full(t)
	folder := k.folder(t)
	b := k.open(t)
	got, err := read(t, b, folder)
	if err != nil {
		t.Fatal(err)
	}
	want := []manifest.Case{{Window: []float32{1, 2, 3, 4}, Label: 2, Slice: "site=north"}, {Window: []float32{-1, 0, 0.5, 1e6}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := newKit(t).open(t).OpenCases(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a bundle without a set: %v", err)
	}
	k.cases(t, want[0])
	if _, err := read(t, b, k.folder(t)); !errors.Is(err, manifest.ErrDigest) {
		t.Errorf("another set than the manifest states: %v", err)
	}
}

// TestCaseOnDisk: the bytes of RFC 8949, by hand.
func TestCaseOnDisk(t *testing.T) {
	data, err := manifest.AppendCase(nil, manifest.Case{Window: []float32{1}, Label: 3, Slice: "s"})
	// map of 3: "label": 3, "slice": "s", "window": 4 bytes of 1.0
	want := "a3" + "656c6162656c" + "03" + "65736c696365" + "6173" + "6677696e646f77" + "44" + "0000803f"
	if got := hex.EncodeToString(data); err != nil || got != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

func TestCasesRefused(t *testing.T) {
	good := func(t *testing.T) []byte {
		data, err := manifest.AppendCase(nil, manifest.Case{Window: make([]float32, 4), Label: 1})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	one := func(c manifest.Case) func(t *testing.T) []byte {
		return func(t *testing.T) []byte {
			data, err := manifest.AppendCase(good(t), c)
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
	}
	nan := float32(math.NaN())
	for name, tc := range map[string]struct {
		data func(t *testing.T) []byte
		want string
	}{
		"empty":      {func(*testing.T) []byte { return nil }, "no case"},
		"no cbor":    {func(*testing.T) []byte { return []byte("hello") }, "case 0: "},
		"cut":        {func(t *testing.T) []byte { return append(good(t), good(t)[:9]...) }, "case 1: unexpected EOF"},
		"short":      {one(manifest.Case{Window: make([]float32, 3)}), "case 1: window of 12 bytes, want 16"},
		"long":       {one(manifest.Case{Window: make([]float32, 5)}), "case 1: window of 20 bytes, want 16"},
		"label":      {one(manifest.Case{Window: make([]float32, 4), Label: 3}), "case 1: label 3, want 0 to 2"},
		"negative":   {one(manifest.Case{Window: make([]float32, 4), Label: -1}), "case 1: label -1"},
		"nan":        {one(manifest.Case{Window: []float32{0, 0, nan, 0}}), "case 1: window: value 2 is NaN"},
		"long slice": {one(manifest.Case{Window: make([]float32, 4), Slice: strings.Repeat("s", 201)}), "case 1: slice of 201 bytes"},
		"other key":  {func(*testing.T) []byte { return []byte{0xa1, 0x61, 'x', 1} }, "case 0: "},
		"other form": {func(*testing.T) []byte { return []byte{0x9f, 0xff} }, "case 0: "},
		"endless": {func(*testing.T) []byte {
			return append([]byte{0xa1, 0x66, 'w', 'i', 'n', 'd', 'o', 'w', 0x5a, 3, 0, 0, 0}, make([]byte, 1<<20)...)
		}, "case 0: is longer than 1040 bytes"},
		"endless key": {func(*testing.T) []byte { return append([]byte{0xa1, 0x7a, 3, 0, 0, 0}, make([]byte, 1<<20)...) }, "case 0: is longer than 1040 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			k := full(t)
			k.files["acceptance.cbor"] = tc.data(t)
			if _, err := read(t, k.open(t), k.folder(t)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
}

// TestManyCases: more than any buffer, of different sizes.
func TestManyCases(t *testing.T) {
	k := full(t)
	var all []manifest.Case
	for i := range 5000 {
		all = append(all, manifest.Case{Window: []float32{float32(i), 0, 0, 0}, Label: i % 3, Slice: strings.Repeat("s", i%150)})
	}
	k.cases(t, all...)
	got, err := read(t, k.open(t), k.folder(t))
	if err != nil || len(got) != len(all) {
		t.Fatalf("%d cases, %v", len(got), err)
	}
	if d := cmp.Diff(all, got); d != "" {
		t.Error(d)
	}
}

// many makes it a bundle of n labels with an acceptance set of so many cases.
func (k *kit) many(t *testing.T, n, cases int) {
	t.Helper()
	k.manifest["acceptance"] = doc{"file": "acceptance.cbor", "bounds": []any{doc{"metric": "accuracy", "min": 0.9}}}
	k.sub("outputs", 0)["shape"] = []any{1, n}
	var labels strings.Builder
	for i := range n {
		fmt.Fprintln(&labels, i)
	}
	k.files["labels.txt"] = []byte(labels.String())
	k.golden(t, []manifest.Golden{{Inputs: [][]byte{{1, 2, 3, 4}}, Outputs: [][]byte{make([]byte, n)}}})
	k.cases(t, slices.Repeat([]manifest.Case{{Window: make([]float32, 4)}}, cases)...)
}

// TestTooManyScores: whoever runs the set keeps a number for each case and label, and a table of labels by labels: 128 MiB
// of each is what a set may ask of a device.
func TestTooManyScores(t *testing.T) {
	for name, tc := range map[string]struct {
		labels, cases int
		want          string // empty: it is read whole
	}{
		"all labels":        {4096, 4096, ""},
		"a case too many":   {4096, 4097, "acceptance.cbor: case 4096: one too many: want at most 4096 cases of 4096 labels; pack fewer samples"},
		"fewer labels":      {1000, 16_777, ""},
		"of fewer labels":   {1000, 16_778, "acceptance.cbor: case 16777: one too many: want at most 16777 cases of 1000 labels"},
		"a label too many":  {4097, 1, "acceptance.cbor: it judges 4097 labels, want at most 4096"},
		"all that there be": {65_536, 1, "acceptance.cbor: it judges 65536 labels, want at most 4096"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.many(t, tc.labels, tc.cases)
			folder := k.folder(t)
			all, err := read(t, k.open(t), folder)
			if tc.want == "" {
				if err != nil || len(all) != tc.cases {
					t.Errorf("%d cases, %v", len(all), err)
				}
				return
			}
			if manifest.CodeOf(err) != manifest.BadContent || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
}

// FuzzCases: whatever the file holds, reading ends, and what it accepts fits the manifest.
func FuzzCases(f *testing.F) {
	f.Add(full(f).files["acceptance.cbor"])
	if data, err := cbor.Marshal(map[string]any{"window": make([]byte, 16), "label": 0, "slice": "\xff"}); err == nil {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k := full(t)
		k.files["acceptance.cbor"] = data
		all, err := read(t, k.open(t), k.folder(t))
		if err == nil && len(all) == 0 {
			t.Error("accepted no case")
		}
		for _, c := range all {
			if len(c.Window) != 4 || c.Label < 0 || c.Label > 2 {
				t.Errorf("accepted %+v", c)
			}
		}
	})
}
