package pipeline

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

const (
	parts          = 8   // of equal share, into which the scores of a reference are divided
	leastReference = 320 // windows: forty in each part
)

// reference counts the scores of a version on trial in the parts that its training data gave to each label. The
// pipeline's goroutine adds, any may read.
type reference struct {
	labels []scale
	made   int // windows that the reference was made of
}

// scale divides the scores of one label.
type scale struct {
	edges  []float64 // rising; a part begins at its edge, the first one below all
	shares []float64 // of the training data in each part; they sum up to 1
	counts []atomic.Uint64
}

// newReference is nil when the bundle has none.
func newReference(r *manifest.Reference) *reference {
	if r == nil {
		return nil
	}
	out := &reference{made: r.Windows, labels: make([]scale, len(r.Scores))}
	for i, q := range r.Scores {
		out.labels[i] = newScale(q.Edges)
	}
	return out
}

// newScale takes every fourth quantile as an edge. A value that training gave often is several quantiles at once: the parts
// between are one, and its share is what lies between the first quantile of that value and the first of the next.
func newScale(quantiles []float64) scale {
	steps := len(quantiles) - 1
	first := func(v float64) float64 { return float64(slices.Index(quantiles, v)) / float64(steps) }
	var s scale
	for i := 0; i < steps; i += steps / parts {
		if v := quantiles[i]; len(s.edges) == 0 || v > s.edges[len(s.edges)-1] {
			s.edges = append(s.edges, v)
		}
	}
	for i, e := range s.edges {
		end := 1.0
		if i+1 < len(s.edges) {
			end = first(s.edges[i+1])
		}
		s.shares = append(s.shares, end-first(e))
	}
	s.counts = make([]atomic.Uint64, len(s.edges))
	return s
}

// add counts the scores of one window.
func (r *reference) add(s *scores) {
	for i := range r.labels {
		l := &r.labels[i]
		v, at := s.at(i), 0
		for at+1 < len(l.edges) && v >= l.edges[at+1] {
			at++
		}
		l.counts[at].Add(1)
	}
}

// Against is how the scores of a version on trial compare with those of its training data.
type Against struct {
	Windows int // that the reference was made of; zero when there is none
	Labels  []AgainstLabel
}

// AgainstLabel are the scores of one label in parts that the training data fill by Shares.
type AgainstLabel struct {
	Counts []uint64
	Shares []float64
}

func (r *reference) read() (a Against) {
	if r == nil {
		return a
	}
	a.Windows = r.made
	for i := range r.labels {
		l := AgainstLabel{Shares: r.labels[i].shares}
		for k := range r.labels[i].counts {
			l.Counts = append(l.Counts, r.labels[i].counts[k].Load())
		}
		a.Labels = append(a.Labels, l)
	}
	return a
}

// reference compares the scores with those of the training data: the label that differs most, by how much more than chance
// explains, and a text. It is asked at the end of a trial only, since a short time need not hold every label.
func (g Guards) reference(t Trial) (beyond float64, text string) {
	var most, allowed float64
	worst := -1
	for i, l := range t.Against.Labels {
		now := asFloats(l.Counts)
		if sum(now) < leastReference {
			return 0, fmt.Sprintf("%v windows are too few to compare with the reference", sum(now))
		}
		trained := make([]float64, len(l.Shares))
		for k, share := range l.Shares {
			trained[k] = share * float64(t.Against.Windows)
		}
		v, by := psi(now, trained), chance(now, trained)
		if worst < 0 || v-by > most-allowed {
			worst, most, allowed = i, v, by
		}
	}
	if worst < 0 {
		return 0, ""
	}
	return most - allowed, fmt.Sprintf("scores of %q against the reference: PSI %.2f, of which %.2f may be chance", t.Labels[worst], most, allowed)
}

func sum(list []float64) (all float64) {
	for _, v := range list {
		all += v
	}
	return all
}
