package tflitemeta_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/tflitemeta"
)

func file(t testing.TB, elem ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(fixture.Path(t, append([]string{"testdata"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func inspect(t testing.TB, data []byte) *tflitemeta.Model {
	t.Helper()
	m, err := tflitemeta.Inspect(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestAgainstGooglesReader: three files that Google's writer made, against what Google's reader says of them.
func TestAgainstGooglesReader(t *testing.T) {
	for _, name := range []string{"image", "audio", "sensor"} {
		m := inspect(t, file(t, "tflitemeta", name+".tflite"))
		have, err := json.Marshal(shown(m))
		if err != nil {
			t.Fatal(err)
		}
		var got, want any
		if err := errors.Join(json.Unmarshal(have, &got), json.Unmarshal(file(t, "tflitemeta", name+".json"), &want)); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: (-Google +ours)\n%s", name, d)
		}
		for what, tensors := range map[string][]tflitemeta.Tensor{"input": m.Inputs, "output": m.Outputs} {
			if len(tensors) != 1 || tensors[0].Type != engine.Int8 || tensors[0].Quant.Scale == 0 || tensors[0].Scales != 1 {
				t.Errorf("%s: %s %+v", name, what, tensors)
			}
		}
	}
}

type obj = map[string]any

// shown is a model's metadata in the form of Google's reader: flatc's JSON, which leaves out what is absent.
func shown(m *tflitemeta.Model) obj {
	graph := obj{}
	for key, all := range map[string][]tflitemeta.Tensor{"input_tensor_metadata": m.Inputs, "output_tensor_metadata": m.Outputs} {
		list := []any{}
		for _, t := range all {
			list = append(list, tensor(t.About))
		}
		graph[key] = list
	}
	out := obj{"subgraph_metadata": []any{graph}}
	words(out, "name", m.Meta.Name, "description", m.Meta.Description, "version", m.Meta.Version, "author", m.Meta.Author,
		"license", m.Meta.Licence, "min_parser_version", m.Meta.MinParserVersion)
	files(out, m.Meta.Files)
	return out
}

func words(o obj, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			o[pairs[i]] = pairs[i+1]
		}
	}
}

func files(o obj, all []tflitemeta.File) {
	list := []any{}
	for _, f := range all {
		kind := map[string]string{"axis labels": "TENSOR_AXIS_LABELS", "value labels": "TENSOR_VALUE_LABELS", "description": "DESCRIPTIONS"}[f.Kind]
		one := obj{}
		words(one, "name", f.Name, "description", f.Description, "type", kind, "locale", f.Locale, "version", f.Version)
		list = append(list, one)
	}
	if len(list) > 0 {
		o["associated_files"] = list
	}
}

func tensor(a tflitemeta.About) obj {
	o := obj{}
	words(o, "name", a.Name, "description", a.Description)
	files(o, a.Files)
	if a.Sides != nil {
		o["dimension_names"] = a.Sides
	}
	if c := a.Content; c.Kind != "" {
		props := obj{}
		words(props, "color_space", strings.ToUpper(c.Colour))
		if c.Kind == "audio" {
			props["sample_rate"], props["channels"] = c.RateHz, c.Channels
		}
		kind := map[string]string{"features": "FeatureProperties", "image": "ImageProperties", "audio": "AudioProperties"}[c.Kind]
		o["content"] = obj{"content_properties_type": kind, "content_properties": props}
	}
	if a.Mean != nil {
		o["process_units"] = []any{obj{"options_type": "NormalizationOptions", "options": obj{"mean": a.Mean, "std": a.Std}}}
	}
	if a.Threshold != nil {
		o["process_units"] = []any{obj{"options_type": "ScoreThresholdingOptions", "options": obj{"global_score_threshold": *a.Threshold}}}
	}
	stats := obj{}
	if a.Min != nil {
		stats["min"], stats["max"] = a.Min, a.Max
	}
	if a.Threshold == nil { // the files' only tensor without statistics
		o["stats"] = stats
	}
	return o
}

func TestLabels(t *testing.T) {
	for name, locales := range map[string]map[string][]string{
		"image": {
			"": {"none", "small", "large", "two"}, "en": {"none", "small", "large", "two"},
			"de": {"keiner", "klein", "groß", "zwei"}, "fr": {"none", "small", "large", "two"},
		},
		"audio":  {"": {"yes", "no", "up", "down"}},
		"sensor": {"": {"new", "worn", "loud", "broken"}},
	} {
		m := inspect(t, file(t, "tflitemeta", name+".tflite"))
		for locale, want := range locales {
			if got := m.Labels(locale); !cmp.Equal(got, want) {
				t.Errorf("%s in %q: %q, want %q", name, locale, got, want)
			}
		}
	}
	m := inspect(t, file(t, "tflitemeta", "sensor.tflite"))
	if f := m.Meta.Files[0]; f.Missing || f.Labels != nil {
		t.Errorf("a description is no list of labels: %+v", f)
	}
}

// TestPlainModel: files without metadata, as the converter writes them, against what the Python runtime said of them.
func TestPlainModel(t *testing.T) {
	type edge struct {
		Name  string  `json:"name"`
		Type  string  `json:"type"`
		Shape []int   `json:"shape"`
		Scale float32 `json:"scale"`
		Zero  int32   `json:"zero_point"`
	}
	var golden map[string]struct{ Inputs, Outputs []edge }
	if err := json.Unmarshal(file(t, "engine", "golden.json"), &golden); err != nil {
		t.Fatal(err)
	}
	for name, want := range golden {
		m := inspect(t, file(t, "engine", name+".tflite"))
		if m.Meta.Described || m.Labels("") != nil || m.Operators == 0 {
			t.Errorf("%s: %+v", name, m)
		}
		for what, pair := range map[string]struct {
			want []edge
			have []tflitemeta.Tensor
		}{"inputs": {want.Inputs, m.Inputs}, "outputs": {want.Outputs, m.Outputs}} {
			var have []edge
			for _, t := range pair.have {
				have = append(have, edge{t.Name, t.Type.String(), t.Shape, t.Quant.Scale, t.Quant.ZeroPoint})
			}
			if d := cmp.Diff(pair.want, have); d != "" {
				t.Errorf("%s %s: (-Python +ours)\n%s", name, what, d)
			}
		}
	}
	if len(golden) < 3 {
		t.Errorf("only %d models were compared", len(golden))
	}
	open := inspect(t, file(t, "engine", "dynamic_input.tflite"))
	if shape := open.Inputs[0].Shape; !slices.Contains(shape, -1) {
		t.Errorf("an open side is not shown: %v", shape)
	}
	for _, name := range []string{"motions", "keywords"} {
		data, err := os.ReadFile(fixture.Path(t, "examples", "models", name, "1", "model.tflite"))
		if err != nil {
			t.Fatal(err)
		}
		if m := inspect(t, data); len(m.Inputs) != 1 || m.Inputs[0].Quant.Scale == 0 {
			t.Errorf("%s: %+v", name, m)
		}
	}
}
