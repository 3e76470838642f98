package tflitemeta

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxLabels = 1 << 16
	maxLabel  = 200
	maxList   = 1 << 20 // bytes of one file of labels
	maxLists  = 4 << 20 // of all of them
)

// unzip reads the files of labels that the metadata names. A file that is not there is marked, not an error: tools write
// metadata without packing the files too.
func (m *Model) unzip(model []byte) error {
	var wanted []*File
	collect := func(files []File) {
		for i := range files {
			files[i].Missing = true
			wanted = append(wanted, &files[i])
		}
	}
	collect(m.Meta.Files)
	for _, all := range [][]Tensor{m.Inputs, m.Outputs} {
		for i := range all {
			collect(all[i].About.Files)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	z, err := zip.NewReader(bytes.NewReader(model), int64(len(model)))
	if errors.Is(err, zip.ErrFormat) {
		return nil // there is none
	}
	if err != nil {
		return err
	}
	there := map[string]*zip.File{}
	for _, f := range z.File {
		if there[f.Name] != nil {
			return fmt.Errorf("%.80q stands twice", f.Name)
		}
		there[f.Name] = f
	}
	left := int64(maxLists)
	for _, w := range wanted {
		f := there[w.Name]
		if w.Missing = f == nil; f == nil || w.Kind != axisLabels && w.Kind != valueLabels {
			continue
		}
		if w.Labels, err = lines(f, min(left, maxList)); err != nil {
			return fmt.Errorf("%.80q: %w", w.Name, err)
		}
		for _, l := range w.Labels {
			left -= int64(len(l)) + 1
		}
	}
	return nil
}

// lines reads a list of labels; what a header says of its size is not believed.
func lines(f *zip.File, limit int64) ([]string, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("more than %d bytes of labels", limit)
	}
	if !utf8.Valid(data) {
		return nil, errors.New("is no UTF-8")
	}
	all := strings.Split(strings.TrimRight(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"), "\n")
	if len(all) > maxLabels {
		return nil, fmt.Errorf("%d labels, more than %d", len(all), maxLabels)
	}
	for i, l := range all {
		if len(l) > maxLabel {
			return nil, fmt.Errorf("line %d has %d bytes", i+1, len(l))
		}
	}
	return all, nil
}

// Labels are those of the first output: names of the places of its axis, in the language that is asked for, or else in
// English or the first there is. Nil when there are none.
func (m *Model) Labels(locale string) []string {
	if len(m.Outputs) == 0 {
		return nil
	}
	for _, kind := range []string{axisLabels, valueLabels} {
		for _, want := range []string{locale, "en", "", "*"} {
			for _, f := range m.Outputs[0].About.Files {
				if f.Kind == kind && f.Labels != nil && (want == "*" || f.Locale == want) {
					return f.Labels
				}
			}
		}
	}
	return nil
}
