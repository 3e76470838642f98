package interval_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/hub/store/interval"
)

type run = interval.Run

// TestAgainstMap compares every operation with a plain set of numbers.
func TestAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s interval.Set
		plain := map[uint64]bool{}
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			r := drawRun(t)
			before := slices.Clone(s.Runs())
			old := s
			if rapid.Bool().Draw(t, "add") {
				s.Add(r)
				each(r, func(n uint64) { plain[n] = true })
			} else {
				s.Remove(r)
				each(r, func(n uint64) { delete(plain, n) })
			}
			if !slices.Equal(old.Runs(), before) {
				t.Fatalf("changing a copy changed the original: %v, was %v", old.Runs(), before)
			}
		}
		compare(t, s, plain)
		missing := interval.Of(s.Missing(run{1, 40})...)
		for n := uint64(1); n <= 40; n++ {
			if missing.Has(n) == plain[n] {
				t.Fatalf("Missing says %v for %d of %v", missing.Has(n), n, s.Runs())
			}
		}
	})
}

func TestAlgebra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawSet(t), drawSet(t)
		union, minus, both := a.Union(b), a.Minus(b), a.Common(b)
		for n := uint64(1); n <= 42; n++ {
			in := [3]bool{union.Has(n), minus.Has(n), both.Has(n)}
			want := [3]bool{a.Has(n) || b.Has(n), a.Has(n) && !b.Has(n), a.Has(n) && b.Has(n)}
			if in != want {
				t.Fatalf("%d in union, minus, common: %v, want %v", n, in, want)
			}
		}
	})
}

func TestEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		back, err := interval.Decode(s.Append(nil))
		if err != nil || !slices.Equal(back.Runs(), s.Runs()) {
			t.Fatalf("%v came back as %v, %v", s.Runs(), back.Runs(), err)
		}
	})
}

func TestEdges(t *testing.T) {
	s := interval.Of(run{1, interval.Max})
	if s.Count() != interval.Max || s.Prefix() != interval.Max || s.Last() != interval.Max {
		t.Errorf("the full set counts %d, prefix %d", s.Count(), s.Prefix())
	}
	s.Add(run{0, 3})
	s.Add(run{5, 4})
	s.Add(run{1, interval.Max + 1})
	if want := []run{{1, interval.Max}}; !slices.Equal(s.Runs(), want) {
		t.Errorf("ignored runs changed the set to %v", s.Runs())
	}
	s.Remove(run{10, 12})
	if s.Prefix() != 9 || s.Has(11) || !s.Has(13) {
		t.Errorf("after removing 10 to 12: %v", s.Runs())
	}
	if (interval.Set{}).Last() != 0 || (interval.Set{}).Prefix() != 0 {
		t.Error("the empty set has a last number")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 9, 2, 0})
	f.Add([]byte{0, 1})
	f.Add([]byte{1, 1, 1, 1})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1})
	f.Fuzz(func(t *testing.T, p []byte) {
		s, err := interval.Decode(p)
		if err != nil {
			return
		}
		again, err := interval.Decode(s.Append(nil))
		if err != nil || !slices.Equal(again.Runs(), s.Runs()) {
			t.Fatalf("%x decodes to %v, then to %v, %v", p, s.Runs(), again.Runs(), err)
		}
		if whole := interval.Of(s.Runs()...); !slices.Equal(whole.Runs(), s.Runs()) {
			t.Fatalf("%x decodes to runs that touch or overlap: %v", p, s.Runs())
		}
	})
}

func drawRun(t *rapid.T) run {
	first := rapid.Uint64Range(1, 40).Draw(t, "first")
	return run{first, rapid.Uint64Range(first, 40).Draw(t, "last")}
}

func drawSet(t *rapid.T) interval.Set {
	var s interval.Set
	for range rapid.IntRange(0, 6).Draw(t, "runs") {
		s.Add(drawRun(t))
	}
	return s
}

func each(r run, do func(n uint64)) {
	for n := r.First; n <= r.Last; n++ {
		do(n)
	}
}

func compare(t *rapid.T, s interval.Set, plain map[uint64]bool) {
	prefix := uint64(0)
	for plain[prefix+1] {
		prefix++
	}
	if s.Count() != uint64(len(plain)) || s.Prefix() != prefix || s.Empty() != (len(plain) == 0) {
		t.Fatalf("%v: count %d, prefix %d; want %d, %d", s.Runs(), s.Count(), s.Prefix(), len(plain), prefix)
	}
	for n := uint64(0); n <= 42; n++ {
		if s.Has(n) != plain[n] {
			t.Fatalf("Has(%d) = %v in %v", n, s.Has(n), s.Runs())
		}
	}
}
