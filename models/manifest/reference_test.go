package manifest_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

func (k *kit) reference(t testing.TB, r *manifest.Reference) {
	t.Helper()
	data, err := manifest.EncodeReference(r)
	if err != nil {
		t.Fatal(err)
	}
	k.files["reference.cbor"] = data
}

func kitReference() *manifest.Reference {
	r := &manifest.Reference{Samples: 2000, Windows: 1000}
	for _, n := range []string{"ax", "ay"} {
		r.Features = append(r.Features, manifest.QuantilesOf(n, []float64{2, 1}))
	}
	for _, n := range []string{"a", "b", "c"} {
		r.Scores = append(r.Scores, manifest.QuantilesOf(n, []float64{0, 0.5, 1}))
	}
	return r
}

func TestReference(t *testing.T) {
	r := full(t).open(t).Reference
	if r == nil || r.Samples != 2000 || r.Features[1].Name != "ay" || r.Features[1].Edges[16] != 1.5 || r.Scores[2].Edges[32] != 1 {
		t.Errorf("%+v", r)
	}
	for want, change := range map[string]func(r *manifest.Reference){
		"0 samples":                      func(r *manifest.Reference) { r.Samples = 0 },
		"1 features, want 2":             func(r *manifest.Reference) { r.Features = r.Features[:1] },
		`feature 0 is "x", want "ax"`:    func(r *manifest.Reference) { r.Features[0].Name = "x" },
		`score 2 is "d", want "c"`:       func(r *manifest.Reference) { r.Scores[2].Name = "d" },
		`score "a": want 33 edges`:       func(r *manifest.Reference) { r.Scores[0].Edges = r.Scores[0].Edges[:32] },
		"want 33 edges that do not fall": func(r *manifest.Reference) { r.Features[0].Edges[32] = 0 },
		`feature "ay": edge +Inf`:        func(r *manifest.Reference) { r.Features[1].Edges[32] = math.Inf(1) },
		`feature "ay": edge NaN`:         func(r *manifest.Reference) { r.Features[1].Edges[0] = math.NaN() },
	} {
		k, r := full(t), kitReference()
		change(r)
		k.reference(t, r)
		if _, err := manifest.Open(k.folder(t)); err == nil || !strings.Contains(err.Error(), "reference.cbor: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// TestQuantilesAreNumPys: to the last bit.
func TestQuantilesAreNumPys(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	sets := [][]float64{{5}, {1, 2}, {-1, -1, -1}, {1e300, -1e300, 0.1}}
	for _, n := range []int{3, 33, 34, 100, 2000} {
		set := make([]float64, n)
		for i := range set {
			set[i] = math.Exp(random.NormFloat64()*5) * (random.Float64() - 0.5)
		}
		sets = append(sets, set)
	}
	in, err := json.Marshal(sets)
	if err != nil {
		t.Fatal(err)
	}
	var want [][]float64
	python := fixture.Path(t, ".tools", "science", "bin", "python")
	cmd := exec.Command(python, "-c", "import json, sys, numpy as np\n"+
		"print(json.dumps([np.quantile(s, np.arange(33) / 32).tolist() for s in json.load(sys.stdin)]))")
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(in)), os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &want)
	}
	if err != nil {
		t.Fatalf("numpy: %v; make its environment with: bash cross/setup.sh test", err)
	}
	for i, set := range sets {
		if got := manifest.QuantilesOf("x", set).Edges; !slices.Equal(got, want[i]) {
			t.Errorf("set %d: %v\nwant %v", i, got, want[i])
		}
	}
}

// FuzzReference: whatever the file holds, Open ends, and what it accepts are edges of every value.
func FuzzReference(f *testing.F) {
	f.Add(full(f).files["reference.cbor"])
	f.Fuzz(func(t *testing.T, data []byte) {
		k := full(t)
		k.files["reference.cbor"] = data
		b, err := manifest.Open(k.folder(t))
		if err != nil {
			return
		}
		if r := b.Reference; len(r.Features) != 2 || len(r.Scores) != 3 || !slices.IsSorted(r.Scores[2].Edges) || len(r.Scores[2].Edges) != manifest.Edges {
			t.Errorf("accepted %+v", r)
		}
	})
}
