package enginetest_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/models/enginetest"
)

// verdict is a test that only remembers whether it failed.
type verdict struct {
	testing.TB
	failed bool
}

func (v *verdict) Errorf(format string, args ...any) {
	v.failed = true
	v.Logf("fails, as it should: "+format, args...)
}

// A model of 4 kB kept at every load is found; an allocator that fills in the first three intervals is none of that.
func TestRest(t *testing.T) {
	var kept [][]byte
	keep := func(most int) func() {
		kept = nil
		return func() {
			if len(kept) < most {
				page := make([]byte, 4096)
				for i := range page {
					page[i] = byte(i)
				}
				kept = append(kept, page)
			}
		}
	}
	for name, c := range map[string]struct {
		most  int
		fails bool
	}{"a leak": {1 << 20, true}, "three intervals": {300, false}, "nothing": {0, false}} {
		v := &verdict{TB: t}
		if enginetest.Rest(v, 100, 128<<10, keep(c.most)); v.failed != c.fails {
			t.Errorf("%s: failed is %t, want %t", name, v.failed, c.fails)
		}
	}
}
