package manifest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/steps"
)

// TestRefused: every statement that cannot be true is refused, and the error begins with its place.
func TestRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(k *kit)
		want   string
	}{
		"unknown key":         {func(k *kit) { k.manifest["colour"] = "red" }, "$.colour: unknown key"},
		"unknown key below":   {func(k *kit) { k.sub("inputs", 0)["colour"] = 1 }, "$.inputs[0].colour: unknown key"},
		"upper case key":      {func(k *kit) { k.manifest["Name"] = "x" }, `$["Name"]: unknown key`},
		"mistyped key":        {func(k *kit) { rename(k.sub("decide"), "threshold", "threshhold") }, "$.decide.threshhold: unknown key; did you mean threshold?"},
		"mistyped object":     {func(k *kit) { rename(k.manifest, "decide", "decid") }, "$.decid: unknown key; did you mean decide?"},
		"mistyped option":     {func(k *kit) { k.manifest["trial"] = doc{"minuets": 3} }, "$.trial.minuets: unknown key; did you mean minutes?"},
		"mistyped in a list":  {func(k *kit) { rename(k.sub("inputs", 0), "unit", "units") }, "$.inputs[0].units: unknown key; did you mean unit?"},
		"missing, and odd":    {func(k *kit) { delete(k.manifest, "licence"); k.manifest["colour"] = 1 }, "$.colour: unknown key"},
		"missing":             {func(k *kit) { delete(k.manifest, "labels") }, "$.labels: is missing"},
		"missing below":       {func(k *kit) { delete(k.sub("inputs", 0), "zero_point") }, "$.inputs[0].zero_point: is missing"},
		"null":                {func(k *kit) { k.manifest["name"] = nil }, "$.name: want a string, have null"},
		"another format":      {func(k *kit) { k.manifest["format"] = 2 }, "$.format: is 2, want 1 to 1"},
		"name climbs":         {func(k *kit) { k.manifest["name"] = "../x" }, "$.name: is"},
		"version zero":        {func(k *kit) { k.manifest["version"] = 0 }, "$.version: is 0"},
		"version as text":     {func(k *kit) { k.manifest["version"] = "1" }, "$.version: want a whole number, have a string"},
		"version with a dot":  {func(k *kit) { k.manifest["version"] = 1.5 }, "$.version: want a whole number, have 1.5"},
		"engine version":      {func(k *kit) { k.sub("engine")["min"] = "new" }, "$.engine.min: is"},
		"other engine":        {func(k *kit) { k.sub("engine")["name"] = "onnx" }, "$.engine.name: file model.onnx is not listed"},
		"no inputs":           {func(k *kit) { k.manifest["inputs"] = []any{} }, "$.inputs: has 0 elements"},
		"inputs no list":      {func(k *kit) { k.manifest["inputs"] = doc{} }, "$.inputs: want a list, have an object"},
		"input no object":     {func(k *kit) { k.manifest["inputs"] = []any{1} }, "$.inputs[0]: want an object, have a number"},
		"two inputs":          {func(k *kit) { k.manifest["inputs"] = []any{k.sub("inputs", 0), k.sub("inputs", 0)} }, "$.inputs: has 2, windows of samples fill one"},
		"type":                {func(k *kit) { k.sub("inputs", 0)["type"] = "int4" }, "$.inputs[0].type: unknown type"},
		"type without size":   {func(k *kit) { k.sub("outputs", 0)["type"] = "string" }, "$.outputs[0].type: unknown type"},
		"shape of zero":       {func(k *kit) { k.sub("inputs", 0)["shape"] = []any{0} }, "$.inputs[0].shape[0]: is 0"},
		"shape overflows":     {func(k *kit) { k.sub("inputs", 0)["shape"] = []any{1 << 20, 1 << 20} }, "$.inputs[0].shape: has more than"},
		"scale of zero":       {func(k *kit) { k.sub("inputs", 0)["scale"] = 0 }, "$.inputs[0].scale: is 0"},
		"scale too large":     {func(k *kit) { k.sub("inputs", 0)["scale"] = 1e300 }, "$.inputs[0].scale: is"},
		"scale of float":      {func(k *kit) { k.sub("outputs", 0)["type"] = "float32" }, "$.outputs[0].scale: type float32 is not quantised"},
		"input of a type":     {func(k *kit) { k.sub("inputs", 0)["type"] = "int16" }, "$.inputs[0].type: is int16, want float32, int8 or uint8"},
		"scores of a type":    {func(k *kit) { k.sub("outputs", 0)["type"] = "int16" }, "$.outputs[0].type: is int16, want float32, int8 or uint8"},
		"scores as labels":    {func(k *kit) { k.unscaled("int64") }, "$.outputs[0].type: is int64, want float32, int8 or uint8"},
		"scores unscaled":     {func(k *kit) { k.unscaled("int8") }, "$.outputs[0].scale: is missing; the scores of int8 are read by it"},
		"scores of a kind":    {func(k *kit) { k.sub("outputs", 0)["scores"] = "log" }, `$.outputs[0].scores: is "log", want "probabilities" or "logits"`},
		"scores of an input":  {func(k *kit) { k.sub("inputs", 0)["scores"] = "logits" }, "$.inputs[0].scores: scores are read from $.outputs[0] only"},
		"zero point":          {func(k *kit) { k.sub("inputs", 0)["zero_point"] = 128 }, "$.inputs[0].zero_point: is 128"},
		"no channels":         {func(k *kit) { k.sub("source")["channels"] = []any{} }, "$.source.channels: has 0"},
		"picture beside":      {func(k *kit) { k.sub("source")["picture"] = doc{} }, "$.source.channels: stands beside picture"},
		"picture no object":   {func(k *kit) { k.pictures(2, 2, 1, 1, 2, 2, 1)["picture"] = 1 }, "$.source.picture: want an object"},
		"picture unknown key": {func(k *kit) { k.pictures(2, 2, 1, 1, 2, 2, 1); k.sub("source", "picture")["x"] = 1 }, "$.source.picture.x: unknown key"},
		"picture no depth":    {func(k *kit) { k.pictures(2, 2, 1, 1, 2, 2, 1); delete(k.sub("source", "picture"), "depth") }, "$.source.picture.depth: is missing"},
		"picture of nothing":  {func(k *kit) { k.pictures(0, 2, 1, 1, 2, 2, 1) }, "$.source.picture.width: is 0"},
		"picture of two":      {func(k *kit) { k.pictures(2, 1, 2, 1, 2, 2, 1) }, "$.source.picture.depth: is 2, want 1"},
		"picture too large":   {func(k *kit) { k.pictures(8192, 8192, 1, 1, 2, 2, 1) }, "$.source.picture: has more than"},
		"picture turned":      {func(k *kit) { k.pictures(2, 4, 1, 1, 2, 4, 1) }, "$.source.picture: 1 of height 4, width 2"},
		"planes of colours":   {func(k *kit) { k.pictures(2, 4, 3, 1, 3, 4, 2) }, "$.source.picture: 1 of height 4, width 2 and depth 3"},
		"short picture":       {func(k *kit) { k.pictures(2, 4, 1, 1, 16) }, "$.window.length: 1 samples of 8 channels do not fill"},
		"mean of a picture":   {func(k *kit) { k.pictures(2, 2, 3, 1, 2, 2, 3); k.scale([]any{1, 2}, []any{1}) }, "$.preprocess[0].mean: has 2 values, want 1 or 3"},
		"rate":                {func(k *kit) { k.sub("source")["rate_hz"] = -1 }, "$.source.rate_hz: is -1"},
		"window":              {func(k *kit) { k.sub("window")["length"] = 3 }, "$.window.length: 3 samples of 2 channels do not fill"},
		"hop":                 {func(k *kit) { k.sub("window")["hop"] = 0 }, "$.window.hop: is 0"},
		"unknown step":        {func(k *kit) { k.sub("preprocess", 0)["step"] = "fft" }, `$.preprocess[0].step: unknown step "fft"; this version knows: scale`},
		"many steps":          {func(k *kit) { k.manifest["preprocess"] = slices.Repeat([]any{doc{}}, 17) }, "$.preprocess: has 17 elements, want 0 to 16"},
		"long mean":           {func(k *kit) { k.sub("preprocess", 0)["mean"] = []any{1, 2, 3} }, "$.preprocess[0].mean: has 3 values, want 1 or 2"},
		"std of zero":         {func(k *kit) { k.sub("preprocess", 0)["std"] = []any{1, 0} }, "$.preprocess[0].std: value 1 is 0"},
		"threshold":           {func(k *kit) { k.sub("decide")["threshold"] = 1.1 }, "$.decide.threshold: is 1.1"},
		"hold":                {func(k *kit) { k.sub("decide")["hold"] = 0 }, "$.decide.hold: is 0"},
		"tolerance":           {func(k *kit) { k.sub("golden")["tolerance_steps"] = 256 }, "$.golden.tolerance_steps: is 256"},
		"labels climb":        {func(k *kit) { k.manifest["labels"] = "../labels.txt" }, "$.labels: is"},
		"labels not listed":   {func(k *kit) { k.manifest["labels"] = "names.txt" }, "$.labels: file names.txt is not listed"},
		"golden not listed":   {func(k *kit) { k.sub("golden")["file"] = "g" }, "$.golden.file: file g is not listed"},
		"file climbs":         {func(k *kit) { k.files["../x"] = nil }, `$.files["../x"]: want a plain file name`},
		"file in a folder":    {func(k *kit) { k.files["a/b"] = nil }, `$.files["a/b"]: want a plain file name`},
		"hidden file":         {func(k *kit) { k.files[".x"] = nil }, `$.files[".x"]: want a plain file name`},
		"manifest lists self": {func(k *kit) { k.files["manifest.json"] = nil }, `$.files["manifest.json"]: want a plain file name`},
		"digest":              {func(k *kit) { k.manifest["files"] = doc{"x": "abc"} }, "$.files.x: want a SHA-256"},
		"many files":          {func(k *kit) { k.manifest["files"] = many(40) }, "$.files: has 40 members"},
		"long licence":        {func(k *kit) { k.manifest["licence"] = strings.Repeat("x", 201) }, "$.licence: has 201 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			tc.change(k)
			_, err := manifest.Parse(k.text(t))
			if err == nil || !strings.HasPrefix(err.Error(), "parse manifest: "+tc.want) {
				t.Errorf("got %v\nwant parse manifest: %s…", err, tc.want)
			}
		})
	}
}

// rename puts a value under another key.
func rename(d doc, from, to string) {
	d[to] = d[from]
	delete(d, from)
}

// TestPictures: a model of pictures says what it is trained on, its scale for one point stands for all.
func TestPictures(t *testing.T) {
	for name, shape := range map[string][]any{"batch": {1, 4, 2, 3}, "no batch": {4, 2, 3}, "flat": {1, 24}} {
		k := newKit(t)
		k.pictures(2, 4, 3, shape...)
		k.sub("preprocess", 0)["mean"], k.sub("preprocess", 0)["std"] = []any{1, 2, 3}, []any{4, 5, 6}
		m, err := manifest.Parse(k.text(t))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f := m.Framing()
		if m.Source.Picture != (manifest.Picture{Width: 2, Height: 4, Depth: 3}) || m.Source.Values() != 24 || f.Channels != 24 {
			t.Errorf("%s: source %+v of %d values", name, m.Source, m.Source.Values())
		}
		if len(f.Mean) != 24 || f.Mean[0] != 1 || f.Mean[22] != 2 || f.Std[23] != 6 || f.Check() != nil {
			t.Errorf("%s: mean %v, std %v", name, f.Mean, f.Std)
		}
	}
	k := newKit(t)
	k.pictures(2, 2, 1, 3, 2, 2)
	k.sub("window")["length"] = 3
	delete(k.manifest, "preprocess")
	if m, err := manifest.Parse(k.text(t)); err != nil || m.Framing().Length != 3 {
		t.Errorf("three grey pictures: %v", err)
	}
}

func many(n int) doc {
	d := doc{}
	for range n {
		d[strings.Repeat("f", len(d)+1)] = "x"
	}
	return d
}

func TestNotJSON(t *testing.T) {
	for text, want := range map[string]string{
		``:                            "$: unexpected EOF",
		`[]`:                          "$: want an object",
		`{"name": "a", "name": "b"}`:  "$.name: stands twice",
		`{"name": "a"`:                "$: unexpected EOF",
		`{} {}`:                       "$: more text after the object",
		`{"inputs": [{"scale": 1e]}`:  "$.inputs[0].scale: ",
		strings.Repeat(`{"a":`, 1000): "$.a.a.a.a.a.a.a.a: nested deeper than 8",
		strings.Repeat(`[`, 100_000):  "$[0][0][0][0][0][0][0][0]: nested deeper than 8",
		`{"format": 1e999}`:           "$.format: want a whole number",
	} {
		_, err := manifest.Parse([]byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), "parse manifest: "+want) {
			t.Errorf("%.30s: got %v, want %s", text, err, want)
		}
	}
}

// FuzzParse: whatever the bytes are, Parse ends, and what it accepts makes a framer.
func FuzzParse(f *testing.F) {
	k := newKit(f)
	f.Add(k.text(f))
	k.sub("source")["rate_hz"] = 1e300
	f.Add(k.text(f))
	k.pictures(2, 2, 1, 1, 2, 2, 1)
	f.Add(k.text(f))
	k = newKit(f)
	k.sound(1, 8, 3)
	f.Add(k.text(f))
	f.Add([]byte(`{"format":1,"inputs":[[[[]]]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := manifest.Parse(data)
		if err != nil {
			return
		}
		cfg := m.Framing()
		if err := cfg.Check(); err != nil {
			t.Errorf("accepted a window that cannot be made: %v", err)
		}
		out, err := steps.Out(steps.Shape{Rows: cfg.Length, Columns: cfg.Channels, Picture: cfg.Picture, RateHz: cfg.RateHz}, cfg.Steps)
		if err != nil || m.Inputs[0].Bytes() != out.Values()*cfg.Type.Size() {
			t.Errorf("window %+v does not fill input %+v (%v)", cfg, m.Inputs[0], err)
		}
	})
}
