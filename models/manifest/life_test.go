package manifest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// full gives the kit everything that a bundle may have.
func full(t testing.TB) *kit {
	t.Helper()
	k := newKit(t)
	k.cases(t, manifest.Case{Window: []float32{1, 2, 3, 4}, Label: 2, Slice: "site=north"}, manifest.Case{Window: []float32{-1, 0, 0.5, 1e6}})
	k.reference(t, kitReference())
	k.manifest["acceptance"] = doc{"file": "acceptance.cbor", "bounds": []any{
		doc{"metric": "accuracy", "min": 0.9}, doc{"metric": "recall[a]", "slice": "site=north", "min": 0.5}, doc{"metric": "latency_p99_ms", "max": 20},
	}}
	k.manifest["reference"] = doc{"file": "reference.cbor"}
	k.manifest["trial"] = doc{"windows": 600, "p95_ratio": 2, "error_rate": 0.01, "nan_rate": 0.5, "output_drift": 0.1, "reference_drift": 0.2, "memory_growth": 0.3, "attempts": 5}
	k.manifest["card"] = "card.md"
	k.sub("outputs", 0)["scores"] = "logits"
	k.sub("decide")["release"] = 0.4
	k.manifest["provenance"] = doc{
		"git": strings.Repeat("0a", 20), "dataset_sha256": strings.Repeat("1b", 32), "dvc": strings.Repeat("2c", 16) + ".dir",
		"mlflow_run": strings.Repeat("3d", 16), "code": "train.py",
	}
	return k
}

func TestLife(t *testing.T) {
	b := full(t).open(t)
	least, half, most := 0.9, 0.5, 20.0
	if d := cmp.Diff(manifest.Acceptance{File: "acceptance.cbor", Bounds: []manifest.Bound{
		{Metric: "accuracy", Min: &least}, {Metric: "recall[a]", Slice: "site=north", Min: &half}, {Metric: "latency_p99_ms", Max: &most},
	}}, b.Acceptance); d != "" {
		t.Error(d)
	}
	if want := (manifest.Trial{Windows: 600, P95Ratio: 2, ErrorRate: 0.01, NaNRate: 0.5, OutputDrift: 0.1, ReferenceDrift: 0.2, MemoryGrowth: 0.3, Attempts: 5}); b.Trial != want {
		t.Errorf("trial %+v", b.Trial)
	}
	if b.Decide.Release != 0.4 || b.CardFile != "card.md" || b.Provenance["code"] != "train.py" {
		t.Errorf("release %v, card %q, provenance %v", b.Decide.Release, b.CardFile, b.Provenance)
	}
}

// TestLifeStandards: a manifest of the first kind says nothing of all this.
func TestLifeStandards(t *testing.T) {
	b := newKit(t).open(t)
	if b.Trial != manifest.StandardTrial() || b.Trial.Minutes != 10 || b.Trial.Attempts != 3 {
		t.Errorf("trial %+v", b.Trial)
	}
	if b.Decide.Release != b.Decide.Threshold || b.CardFile != "card.md" || b.Reference != nil || b.Acceptance.File != "" {
		t.Errorf("%+v", b.Manifest)
	}
	k := newKit(t)
	k.manifest["trial"] = doc{"minutes": 30}
	if tr := k.open(t).Trial; tr.Minutes != 30 || tr.Windows != 0 || tr.P95Ratio != 1.5 {
		t.Errorf("trial %+v", tr)
	}
}

func TestLifeRefused(t *testing.T) {
	bound := func(d doc) func(k *kit) { return func(k *kit) { k.sub("acceptance")["bounds"] = []any{d} } }
	for name, tc := range map[string]struct {
		change func(k *kit)
		want   string
	}{
		"release above":     {func(k *kit) { k.sub("decide")["release"] = 0.7 }, "$.decide.release: is 0.7, above the threshold 0.6"},
		"release negative":  {func(k *kit) { k.sub("decide")["release"] = -0.1 }, "$.decide.release: is -0.1, want 0 to 1"},
		"no bounds":         {func(k *kit) { delete(k.sub("acceptance"), "bounds") }, "$.acceptance.bounds: is missing"},
		"set not listed":    {func(k *kit) { k.sub("acceptance")["file"] = "x.cbor" }, "$.acceptance.file: file x.cbor is not listed"},
		"bound both ways":   {bound(doc{"metric": "f1_macro", "min": 0, "max": 1}), "$.acceptance.bounds[0]: want one of min and max"},
		"bound no way":      {bound(doc{"metric": "f1_macro"}), "$.acceptance.bounds[0]: want one of min and max"},
		"bound form":        {bound(doc{"metric": "F1 macro", "min": 0}), `$.acceptance.bounds[0].metric: is "F1 macro"`},
		"bound text":        {bound(doc{"metric": "accuracy", "min": "0"}), "$.acceptance.bounds[0].min: want a number, have a string"},
		"two lengths":       {func(k *kit) { k.sub("trial")["minutes"] = 1 }, "$.trial.minutes: stands beside windows"},
		"no windows":        {func(k *kit) { k.sub("trial")["windows"] = 0 }, "$.trial.windows: is 0"},
		"faster than old":   {func(k *kit) { k.sub("trial")["p95_ratio"] = 0.5 }, "$.trial.p95_ratio: is 0.5, want 1 to 1000"},
		"reference drift":   {func(k *kit) { k.sub("trial")["reference_drift"] = 0.1; delete(k.manifest, "reference") }, "$.trial.reference_drift: stands without a reference"},
		"error rate":        {func(k *kit) { k.sub("trial")["error_rate"] = 2 }, "$.trial.error_rate: is 2, want 0 to 1"},
		"attempts":          {func(k *kit) { k.sub("trial")["attempts"] = 0 }, "$.trial.attempts: is 0"},
		"trial key":         {func(k *kit) { k.sub("trial")["x"] = 0 }, "$.trial.x: unknown key"},
		"reference missing": {func(k *kit) { k.sub("reference")["file"] = "r" }, "$.reference.file: file r is not listed"},
		"card missing":      {func(k *kit) { k.manifest["card"] = "CARD" }, "$.card: file CARD is not listed"},
		"two roles":         {func(k *kit) { k.manifest["card"] = "labels.txt" }, "$.card: file labels.txt is also $.labels"},
		"git":               {func(k *kit) { k.sub("provenance")["git"] = "v1.2" }, `$.provenance.git: is "v1.2", want a commit`},
		"dataset":           {func(k *kit) { k.sub("provenance")["dataset_sha256"] = "0" }, `$.provenance.dataset_sha256: is "0", want a SHA-256`},
		"dvc":               {func(k *kit) { k.sub("provenance")["dvc"] = "0" }, `$.provenance.dvc: is "0", want a DVC revision`},
		"mlflow":            {func(k *kit) { k.sub("provenance")["mlflow_run"] = "0" }, `$.provenance.mlflow_run: is "0", want an MLflow run`},
		"provenance key":    {func(k *kit) { k.sub("provenance")["Git"] = "x" }, `$.provenance["Git"]: want a key`},
		"folded twice":      {func(k *kit) { k.files["CARD.md"] = nil }, `$.files["card.md"]: differs from CARD.md`},
	} {
		t.Run(name, func(t *testing.T) {
			k := full(t)
			tc.change(k)
			_, err := manifest.Parse(k.text(t))
			if err == nil || !strings.HasPrefix(err.Error(), "parse manifest: "+tc.want) {
				t.Errorf("got %v\nwant parse manifest: %s…", err, tc.want)
			}
		})
	}
}
