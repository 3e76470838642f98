package manifest_test

import (
	"os"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/google/go-cmp/cmp"
)

// TestCommittedBundles: what the training scripts write is what this package reads.
func TestCommittedBundles(t *testing.T) {
	root := fixture.Path(t, "examples", "models")
	dir, err := manifest.Find([]string{t.TempDir(), root}, manifest.Ref{Name: "motions"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := manifest.Open(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"standing", "running", "walking", "badminton"}, b.Labels); d != "" {
		t.Error(d)
	}
	f := b.Framing()
	if f.Length != 50 || f.Hop != 5 || f.Channels != 6 || f.Type != engine.Int8 || len(f.Mean) != 6 || f.Quant.Scale == 0 {
		t.Errorf("framing %+v", f)
	}
	if len(b.Golden) != 8 || b.Ref().String() != "motions@1" {
		t.Errorf("%d golden vectors of %s", len(b.Golden), b.Ref())
	}
}
