package haltest

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
)

// Collect runs src until n blocks have come, and returns copies of them and the health with the last one. After, unless
// it is nil, may change the world when block i has come; the first is 1.
func Collect(t *testing.T, src hal.Source, n int, after func(i int)) (blocks []hal.Block, h hal.Health) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := src.Run(ctx, func(b hal.Block) {
		if len(blocks) == n {
			return
		}
		b.Values = slices.Clone(b.Values)
		if blocks = append(blocks, b); len(blocks) == n {
			h = healthOf(src)
			cancel()
		}
		if after != nil {
			after(len(blocks))
		}
	})
	if err != nil {
		t.Fatalf("Run of %s: %v after %d blocks, want nil after cancel", src, err, len(blocks))
	}
	if len(blocks) < n {
		t.Fatalf("%s emitted %d blocks in %s, want %d", src, len(blocks), patience, n)
	}
	return blocks, h
}

func healthOf(src hal.Source) hal.Health {
	if h, ok := src.(hal.Healther); ok {
		return h.Health()
	}
	return hal.Health{}
}

// Ends runs src, which must end by itself after n blocks, with an error that is no absence and says want. It returns
// copies of the blocks, and the error. After is as for Collect.
func Ends(t *testing.T, src hal.Source, n int, want string, after func(i int)) (blocks []hal.Block, err error) {
	t.Helper()
	blocks, err = untilItEnds(t, src, after)
	if len(blocks) != n {
		t.Errorf("%s: %d blocks before the end, want %d", src, len(blocks), n)
	}
	says(t, src, err, want, false)
	return blocks, err
}

// EmitsNothing runs src, which must end by itself with an error that says want, and emit nothing. The error is an
// *hal.AbsentError when something is not there, and none when it is there and of no use.
func EmitsNothing(t *testing.T, src hal.Source, want string, absent bool) error {
	t.Helper()
	blocks, err := untilItEnds(t, src, nil)
	for _, b := range blocks {
		t.Errorf("%s: emitted %v", src, b.Values)
	}
	says(t, src, err, want, absent)
	return err
}

func says(t *testing.T, src hal.Source, err error, want string, absent bool) {
	t.Helper()
	var gone *hal.AbsentError
	if err == nil || errors.As(err, &gone) != absent || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want %q; absence %v, want %v", src, err, want, gone != nil, absent)
	}
}

// untilItEnds runs src until it returns by itself.
func untilItEnds(t *testing.T, src hal.Source, after func(i int)) (blocks []hal.Block, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err = src.Run(ctx, func(b hal.Block) {
		b.Values = slices.Clone(b.Values)
		if blocks = append(blocks, b); after != nil {
			after(len(blocks))
		}
	})
	if ctx.Err() != nil {
		t.Fatalf("%s did not return by itself within %s", src, patience)
	}
	return blocks, err
}

// Near wants a value close to one that the test knows.
func Near(t *testing.T, what string, got float32, want, within float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= within) {
		t.Errorf("%s %v, want %v ± %v", what, got, want, within)
	}
}
