package pack

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// ErrSpec is wrapped when what a person has written or given is wrong.
var ErrSpec = errors.New("cannot be packed")

const (
	standardVectors = 16
	maxVectors      = 256
	noColumn        = -1
)

// Spec says what a bundle is made of. Paths are as they were written.
type Spec struct {
	Model      string   // model: the model's file
	Labels     []string // labels, when they stand in the spec itself
	LabelsFile string   // labels, when that is a path
	Card       string   // card: path; empty when there is none
	Golden     Samples  // golden.samples; required
	Outputs    string   // golden.outputs: what the training side's own runtime gave, one row for each window; may be empty
	Vectors    int      // golden.vectors: most golden vectors to keep
	Acceptance Samples  // acceptance.samples; no paths when there is no acceptance set
	Reference  Samples  // reference.samples; no paths when there is none

	doc map[string]any // the manifest's own keys, as they were written
}

// Samples says where recordings are.
type Samples struct {
	Parts       []Part
	LabelColumn int    // label_column of arrays; -1 when they have none
	Truth       string // truth: an array with the label of each recording; may be empty
}

// Part is one path, and the name of the part of the set that it makes; an empty name when there is only one.
type Part struct{ Slice, Path string }

// ParseSpec reads a spec: the manifest's own words, except that files are paths and that what the model says of itself is
// left out. Values are those of agent/config.Document. The keys that only the manifest knows are judged when it is made.
func ParseSpec(doc map[string]any) (*Spec, error) {
	s := &Spec{doc: maps.Clone(doc)}
	r := &taker{}
	top := place{"$", s.doc}
	for _, made := range []string{"format", "files"} {
		if _, stated := s.doc[made]; stated {
			r.fail("$."+made, "is written by pack; leave it out")
		}
	}
	s.Model = r.text(top, "model", true)
	s.Card = r.text(top, "card", false)
	s.labels(r, top)
	golden := r.object(top, "golden", true)
	s.Golden = r.samples(golden, true)
	s.Outputs = r.text(golden, "outputs", false)
	s.Vectors = r.whole(golden, "vectors", 1, maxVectors, standardVectors)
	if a := r.object(top, "acceptance", false); a.m != nil {
		s.Acceptance = r.samples(a, true)
	}
	if ref := r.object(top, "reference", false); ref.m != nil {
		s.Reference = r.samples(ref, true)
		for key := range ref.m {
			r.fail("$.reference."+key, "unknown key")
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return s, nil
}

func (s *Spec) labels(r *taker, top place) {
	switch v := top.take("labels").(type) {
	case nil:
	case string:
		s.LabelsFile = v
	case []any:
		for i, l := range v {
			text, ok := l.(string)
			if !ok {
				r.fail(fmt.Sprintf("$.labels[%d]", i), "want a text; put quotes around it")
			}
			s.Labels = append(s.Labels, text)
		}
	default:
		r.fail("$.labels", "want a list of labels, or the path of a file with one on each line")
	}
}

// place is a mapping of the spec with where it stands; what is taken from it is gone.
type place struct {
	at string
	m  map[string]any
}

func (p place) take(key string) any {
	v := p.m[key]
	delete(p.m, key)
	return v
}

// taker keeps the first error.
type taker struct{ err error }

func (r *taker) fail(at, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %s: %w", at, fmt.Sprintf(format, args...), ErrSpec)
	}
}

// object takes a copy of a mapping and leaves the copy in its place.
func (r *taker) object(p place, key string, needed bool) place {
	at := p.at + "." + key
	v, stated := p.m[key]
	m, ok := v.(map[string]any)
	switch {
	case !stated && needed:
		r.fail(at, "is missing")
	case stated && !ok:
		r.fail(at, "want a mapping")
	}
	if !ok {
		return place{at: at}
	}
	m = maps.Clone(m)
	p.m[key] = m
	return place{at, m}
}

func (r *taker) text(p place, key string, needed bool) string {
	_, stated := p.m[key]
	v := p.take(key)
	s, ok := v.(string)
	switch {
	case !stated && needed:
		r.fail(p.at+"."+key, "is missing")
	case stated && (!ok || s == ""):
		r.fail(p.at+"."+key, "want a path")
	}
	return s
}

func (r *taker) whole(p place, key string, low, high, standard int) int {
	_, stated := p.m[key]
	v := p.take(key)
	if !stated {
		return standard
	}
	n, _ := v.(json.Number)
	i, err := strconv.Atoi(string(n))
	if err != nil || i < low || i > high {
		r.fail(p.at+"."+key, "want a whole number from %d to %d", low, high)
	}
	return i
}

func (r *taker) samples(p place, needed bool) (s Samples) {
	s.LabelColumn = r.whole(p, "label_column", 0, 1<<16, noColumn)
	s.Truth = r.text(p, "truth", false)
	at := p.at + ".samples"
	if _, stated := p.m["file"]; stated {
		r.fail(p.at+".file", "is written by pack; leave it out")
	}
	switch v := p.take("samples").(type) {
	case nil:
		if needed {
			r.fail(at, "is missing: name a recording, a folder of them, or an array")
		}
	case string:
		s.Parts = []Part{{Path: v}}
	case map[string]any:
		for _, slice := range slices.Sorted(maps.Keys(v)) {
			path, ok := v[slice].(string)
			if !ok {
				r.fail(at+"."+slice, "want a path")
			}
			s.Parts = append(s.Parts, Part{Slice: slice, Path: path})
		}
		if len(s.Parts) == 0 {
			r.fail(at, "is empty")
		}
	default:
		r.fail(at, "want a path, or a mapping from the name of a part to its path")
	}
	switch {
	case s.Truth != "" && len(s.Parts) > 1:
		r.fail(p.at+".truth", "stands beside several parts; put the labels into a column of each, and say label_column")
	case s.Truth != "" && s.LabelColumn != noColumn:
		r.fail(p.at+".truth", "stands beside label_column; keep one of the two")
	}
	return s
}
