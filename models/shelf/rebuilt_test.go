package shelf_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dunlin-iot/dunlin/models/shelf"
)

// owner believes every file and has signed some, by their digests; it notes what was taken, as Installed and Holder want.
type owner struct {
	signed map[string]bool
	taken  map[string]string // manifest -> file
	asked  map[string]bool   // file -> what Trust was told of it the last time
	fault  error
}

func (o *owner) config() shelf.Config {
	o.taken, o.asked = map[string]string{}, map[string]bool{}
	return shelf.Config{
		Trust: func(_ context.Context, f shelf.File) (bool, error) {
			o.asked[f.SHA256] = f.Signed
			return o.signed[f.SHA256], nil
		},
		Installed: func(_ context.Context, f shelf.File) error {
			o.taken[f.Holds] = f.SHA256
			return nil
		},
		Holder: func(manifest string) (string, error) { return o.taken[manifest], o.fault },
	}
}

// TestRebuiltKnowsWhatWasSigned: without its own record the shelf asks who took each manifest as signed; what nobody did,
// and what cannot be asked, is not.
func TestRebuiltKnowsWhatWasSigned(t *testing.T) {
	root := t.TempDir()
	two, later := bundle(t, 2, ""), bundle(t, 4, "")
	twin := reordered(t, later)
	o := &owner{signed: map[string]bool{digest(two): true, digest(twin): true}}
	cfg := o.config()
	s := newShelf(t, root, cfg)
	for _, data := range [][]byte{two, bundle(t, 3, ""), later, twin} {
		if _, err := s.Import(t.Context(), "", bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.taken) != 2 || o.taken[""] != "" {
		t.Fatalf("taken as signed: %v", o.taken)
	}
	state := filepath.Join(root, "state.json")
	for _, fault := range []error{errors.New("the disk is tired"), nil} {
		o.fault = fault
		do(t, os.Remove(state))
		for _, v := range newShelf(t, root, cfg).Versions() {
			signed := fault == nil && v.Version != 3
			if v.Unsigned == signed || signed != (v.File == o.taken[v.Digest]) {
				t.Errorf("with the fault %v the state made anew has %+v", fault, v)
			}
		}
	}
	if v := take(t, newShelf(t, root, cfg), 2); v.File != digest(two) || !o.asked[v.File] {
		t.Errorf("imported again it is %+v, and was signed before: %v", v, o.asked[v.File])
	}
	cfg.Holder = nil
	do(t, os.Remove(state))
	for _, v := range newShelf(t, root, cfg).Versions() {
		if !v.Unsigned {
			t.Errorf("nobody knows, and %s counts as signed", v.Ref())
		}
	}
}
