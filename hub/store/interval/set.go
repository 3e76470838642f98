package interval

import (
	"cmp"
	"slices"
	"sort"
)

// Max is the largest number a set may hold.
const Max = 1<<62 - 1

// A Run is every number from First to Last, both included.
type Run struct{ First, Last uint64 }

// Len is how many numbers the run holds.
func (r Run) Len() uint64 { return r.Last - r.First + 1 }

func (r Run) unusable() bool { return r.First == 0 || r.Last < r.First || r.Last > Max }

// A Set holds numbers as ascending runs that neither overlap nor touch. The zero Set is empty.
type Set struct{ runs []Run }

// Of is the set of the given runs, in any order; it ignores the runs that Add ignores.
func Of(runs ...Run) Set {
	sorted := slices.DeleteFunc(slices.Clone(runs), Run.unusable)
	slices.SortFunc(sorted, func(a, b Run) int { return cmp.Compare(a.First, b.First) })
	var s Set
	for _, r := range sorted {
		if n := len(s.runs); n > 0 && r.First <= s.runs[n-1].Last+1 {
			s.runs[n-1].Last = max(s.runs[n-1].Last, r.Last)
			continue
		}
		s.runs = append(s.runs, r)
	}
	return s
}

// Runs are the set's runs, ascending. The caller must not change them.
func (s Set) Runs() []Run { return s.runs }

// Empty reports whether the set holds nothing.
func (s Set) Empty() bool { return len(s.runs) == 0 }

// Count is how many numbers the set holds.
func (s Set) Count() uint64 {
	var n uint64
	for _, r := range s.runs {
		n += r.Len()
	}
	return n
}

// Has reports whether n is in the set.
func (s Set) Has(n uint64) bool {
	i := s.reaching(n)
	return i < len(s.runs) && s.runs[i].First <= n
}

// Last is the largest number in the set, 0 when it is empty.
func (s Set) Last() uint64 {
	if len(s.runs) == 0 {
		return 0
	}
	return s.runs[len(s.runs)-1].Last
}

// Prefix is the largest n such that 1 … n are all in the set, 0 when 1 is not.
func (s Set) Prefix() uint64 {
	if len(s.runs) == 0 || s.runs[0].First != 1 {
		return 0
	}
	return s.runs[0].Last
}

// reaching is the index of the first run that ends at n or later.
func (s Set) reaching(n uint64) int {
	return sort.Search(len(s.runs), func(i int) bool { return s.runs[i].Last >= n })
}

// Add puts the numbers of r into the set. A run that is empty, starts at 0 or goes beyond Max is ignored.
func (s *Set) Add(r Run) {
	if r.unusable() {
		return
	}
	lo := s.reaching(r.First - 1) // a run that ends just before r touches it
	hi := lo
	for ; hi < len(s.runs) && s.runs[hi].First <= r.Last+1; hi++ {
		r.First = min(r.First, s.runs[hi].First)
		r.Last = max(r.Last, s.runs[hi].Last)
	}
	s.replace(lo, hi, r)
}

// Remove takes the numbers of r out of the set.
func (s *Set) Remove(r Run) {
	if r.Last < r.First {
		return
	}
	lo := s.reaching(r.First)
	hi := lo
	var left []Run
	for ; hi < len(s.runs) && s.runs[hi].First <= r.Last; hi++ {
		if have := s.runs[hi]; have.First < r.First {
			left = append(left, Run{have.First, r.First - 1})
		}
		if have := s.runs[hi]; have.Last > r.Last {
			left = append(left, Run{r.Last + 1, have.Last})
		}
	}
	s.replace(lo, hi, left...)
}

// replace puts runs in the place of s.runs[lo:hi], in a new slice: copies of the set keep theirs.
func (s *Set) replace(lo, hi int, runs ...Run) {
	if hi-lo == len(runs) && slices.Equal(s.runs[lo:hi], runs) {
		return
	}
	s.runs = slices.Concat(s.runs[:lo], runs, s.runs[hi:])
}

// Missing are the numbers of r that the set does not hold, ascending.
func (s Set) Missing(r Run) []Run {
	if r.Last < r.First {
		return nil
	}
	var out []Run
	next := r.First
	for i := s.reaching(r.First); i < len(s.runs) && s.runs[i].First <= r.Last; i++ {
		if s.runs[i].First > next {
			out = append(out, Run{next, s.runs[i].First - 1})
		}
		next = s.runs[i].Last + 1
	}
	if next <= r.Last {
		out = append(out, Run{next, r.Last})
	}
	return out
}
