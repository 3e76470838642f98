package interval

import "slices"

// Union is the set of all numbers in s or t. Like Minus and Common it takes time in proportion to the runs of both.
func (s Set) Union(t Set) Set {
	if t.Empty() {
		return s
	}
	return Of(slices.Concat(s.runs, t.runs)...)
}

// Minus is the set of the numbers in s that are not in t.
func (s Set) Minus(t Set) Set {
	var out []Run
	i := 0
	for _, r := range s.runs {
		for i < len(t.runs) && t.runs[i].Last < r.First {
			i++
		}
		next, gone := r.First, false
		for j := i; j < len(t.runs) && t.runs[j].First <= r.Last; j++ {
			if t.runs[j].First > next {
				out = append(out, Run{next, t.runs[j].First - 1})
			}
			next, gone = t.runs[j].Last+1, t.runs[j].Last >= r.Last
		}
		if !gone {
			out = append(out, Run{next, r.Last})
		}
	}
	return Set{out}
}

// Common is the set of the numbers in both s and t.
func (s Set) Common(t Set) Set { return s.Minus(s.Minus(t)) }
