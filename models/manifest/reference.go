package manifest

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Edges is how many quantiles a reference keeps of each value: the bounds of 32 parts of equal share.
const Edges = 33

// Reference is how the training data are distributed, so that a device can tell when its own are not.
//
// The file is a CBOR map with the same keys in lower case.
type Reference struct {
	Samples  int         `cbor:"samples"`  // samples behind Features
	Windows  int         `cbor:"windows"`  // windows behind Scores
	Features []Quantiles `cbor:"features"` // one per channel before preprocessing; of pictures one per colour
	Scores   []Quantiles `cbor:"scores"`   // one per label, as the first output says it
}

// Quantiles are the edges of one value: the 0, 1/32 … 1 quantiles of what it was in training, rising or equal.
type Quantiles struct {
	Name  string    `cbor:"name"`
	Edges []float64 `cbor:"edges"`
}

// Features are the names of the values that a reference describes, in order.
func (s Source) Features() []string {
	switch {
	case s.Picture.Depth == 1:
		return []string{"luminance"}
	case s.Picture.Depth == 3:
		return []string{"red", "green", "blue"}
	}
	names := make([]string, len(s.Channels))
	for i, c := range s.Channels {
		names[i] = c.Name
	}
	return names
}

// QuantilesOf are the edges of values, which it sorts: Hyndman and Fan's type 7, to the bit what numpy.quantile gives.
func QuantilesOf(name string, values []float64) Quantiles {
	slices.Sort(values)
	q := Quantiles{Name: name, Edges: make([]float64, Edges)}
	for i := range q.Edges {
		at := float64(i) / (Edges - 1) * float64(len(values)-1)
		k := min(int(at), len(values)-1)
		q.Edges[i] = between(values[k], values[min(k+1, len(values)-1)], at-float64(k))
	}
	return q
}

// between interpolates from the nearer end, so that the result never lies outside.
func between(a, b, t float64) float64 {
	d := b - a
	if t >= 0.5 {
		return b - float64(d*(1-t))
	}
	return a + float64(d*t)
}

// EncodeReference writes reference.cbor.
func EncodeReference(r *Reference) ([]byte, error) { return encode(r) }

// parseReference reads a reference that fits the bundle's channels and labels.
func (b *Bundle) parseReference(data []byte) (*Reference, error) {
	features := b.Source.Features()
	mode, err := strict(max(16, Edges, len(features), len(b.Labels)))
	if err != nil {
		return nil, err
	}
	r := &Reference{}
	if err := mode.Unmarshal(data, r); err != nil {
		return nil, err
	}
	if r.Samples < 1 || r.Windows < 1 {
		return nil, fmt.Errorf("made of %d samples and %d windows", r.Samples, r.Windows)
	}
	return r, errors.Join(describe("feature", r.Features, features), describe("score", r.Scores, b.Labels))
}

// describe checks that there is one entry for each name, and that its edges can be edges.
func describe(what string, all []Quantiles, names []string) error {
	if len(all) != len(names) {
		return fmt.Errorf("%d %ss, want %d", len(all), what, len(names))
	}
	for i, q := range all {
		if q.Name != names[i] {
			return fmt.Errorf("%s %d is %.80q, want %q", what, i, q.Name, names[i])
		}
		if len(q.Edges) != Edges || !slices.IsSorted(q.Edges) {
			return fmt.Errorf("%s %q: want %d edges that do not fall", what, q.Name, Edges)
		}
		for _, e := range q.Edges {
			if math.IsNaN(e) || math.IsInf(e, 0) {
				return fmt.Errorf("%s %q: edge %v", what, q.Name, e)
			}
		}
	}
	return nil
}
