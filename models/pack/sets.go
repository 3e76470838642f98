package pack

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// Acceptance makes the acceptance set of labelled recordings and returns how many windows each slice has, "" of none.
// They do not overlap: the intervals that the test computes are those of independent samples.
func (d *Draft) Acceptance(all []Recording) (windows map[string]int, err error) {
	var out []byte
	windows = map[string]int{}
	err = d.every(max(d.m.Window.Length, d.m.Window.Hop), all, func(w []float32, s spot) error {
		if s.recording.Label < 0 {
			return fmt.Errorf("$.acceptance.samples: %s has no label: write `# label: %s` above its rows, a label column, or say truth or label_column: %w",
				d.where(s), d.labels[0], ErrSpec)
		}
		for i, v := range w {
			if v-v != 0 {
				return fmt.Errorf("$.acceptance.samples: %s: value %d is %v: %w", d.where(s), i, v, ErrSpec)
			}
		}
		windows[s.recording.Slice]++
		var err error
		out, err = manifest.AppendCase(out, manifest.Case{Window: w, Label: s.recording.Label, Slice: s.recording.Slice})
		return err
	})
	d.files[acceptanceFile] = out
	return windows, err
}

// Reference makes the drift reference: how samples and answers are distributed in recordings of training.
func (d *Draft) Reference(all []Recording) error {
	ref := &manifest.Reference{}
	names := d.m.Source.Features()
	values := make([][]float64, len(names))
	for _, r := range all {
		for i, v := range r.Values {
			values[i%len(names)] = append(values[i%len(names)], float64(v))
		}
		ref.Samples += len(r.Values) / d.m.Source.Values()
	}
	scores, row := make([][]float64, len(d.labels)), make([]float64, len(d.labels))
	err := d.each(all, func(w []float32, s spot) error {
		if err := d.run(w, s); err != nil {
			return err
		}
		row, err := d.row(row)
		if err != nil {
			return err
		}
		if d.m.Logits() {
			manifest.FromLogits(row)
		}
		for i, v := range row {
			scores[i] = append(scores[i], v)
		}
		ref.Windows++
		return nil
	})
	if err != nil {
		return err
	}
	for i, name := range names {
		ref.Features = append(ref.Features, manifest.QuantilesOf(name, values[i]))
	}
	for i, label := range d.labels {
		ref.Scores = append(ref.Scores, manifest.QuantilesOf(label, scores[i]))
	}
	d.files[referenceFile], err = manifest.EncodeReference(ref)
	return err
}
