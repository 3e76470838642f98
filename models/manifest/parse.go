package manifest

import (
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Bounds of what a manifest may say. They are far above any model that fits an edge device.
const (
	maxText      = 200
	maxTensors   = 16
	maxRank      = 8
	maxElements  = 1 << 24 // of one tensor, and values of one window
	maxChannels  = 4096
	maxSide      = 8192 // of a picture
	maxVersion   = 1 << 30
	maxHold      = 1000
	maxFiles     = 32
	maxFacts     = 64
	maxRate      = 1e9
	maxScale     = 1e30
	maxFact      = 2000
	maxTolerance = 255
)

var (
	nameForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	engineForm  = regexp.MustCompile(`^(tflite|onnx)$`)
	scoresForm  = regexp.MustCompile(`^(probabilities|logits)$`)
	versionForm = regexp.MustCompile(`^[0-9]{1,5}(\.[0-9]{1,5}){1,2}$`)
	fileForm    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`) // no separators, no leading dot: nothing to climb with
)

// Parse reads and validates a manifest. It opens no file.
func Parse(data []byte) (*Manifest, error) {
	o, err := parseJSON(data)
	if err != nil {
		return nil, refuse(BadManifest, "parse manifest: %w", err)
	}
	r := &reader{}
	m := r.manifest(o)
	if r.err == nil {
		r.agree(m)
	}
	if r.err != nil {
		return nil, refuse(BadManifest, "parse manifest: %w", r.err)
	}
	return m, nil
}

func (r *reader) manifest(o object) *Manifest {
	m := &Manifest{}
	r.integer(o, "format", Format, Format)
	m.Name = r.formed(o, "name", nameForm, "lower-case letters, digits, - and _")
	m.Version = r.integer(o, "version", 1, maxVersion)
	m.Engine = r.engine(o)
	m.Inputs = r.tensors(o, "inputs")
	m.Outputs = r.tensors(o, "outputs")
	m.Source = r.source(o)
	m.Window = r.window(o)
	m.Preprocess = r.preprocess(o)
	m.Decide = r.decide(o)
	m.GoldenSet = r.golden(o)
	m.Acceptance = r.acceptance(o)
	m.Trial = r.trial(o)
	m.DriftSet = r.reference(o)
	m.LabelsFile = r.formed(o, "labels", fileForm, "a plain file name")
	m.CardFile = r.card(o)
	m.Licence = r.text(o, "licence", true, maxText)
	m.Provenance = r.provenance(o)
	m.Files = r.files(o)
	if _, listed := m.Files[standardCard]; m.CardFile == "" && listed {
		m.CardFile = standardCard
	}
	r.end(o)
	return m
}

func (r *reader) formed(o object, key string, form *regexp.Regexp, want string) string {
	s := r.text(o, key, true, maxText)
	if r.err == nil && !form.MatchString(s) {
		r.fail(member(o.at, key), "is %q, want %s", s, want)
	}
	return s
}

func (r *reader) engine(o object) (e Engine) {
	if sub, ok := r.object(o, "engine", true); ok {
		e.Name = r.formed(sub, "name", engineForm, `"tflite" or "onnx"`)
		e.Min = r.formed(sub, "min", versionForm, `a version as "2.12.0"`)
		r.end(sub)
	}
	return e
}

func (r *reader) tensors(o object, key string) (all []Tensor) {
	r.each(o, key, true, 1, maxTensors, func(v any, at string) {
		if sub, ok := r.asObject(v, at); ok {
			all = append(all, r.tensor(sub))
		}
	})
	return all
}

// scoredAt is the place of the output that scores are read from.
const scoredAt = "$.outputs[0]"

func (r *reader) tensor(o object) (t Tensor) {
	t.Name = r.text(o, "name", true, maxText)
	t.Unit = r.text(o, "unit", true, maxText)
	typ := r.text(o, "type", true, maxText)
	t.Shape = r.shape(o)
	dtype, err := engine.ParseDType(typ)
	if r.err == nil && (err != nil || dtype.Size() == 0) {
		r.fail(o.at+".type", "unknown type %q", typ)
	}
	t.Type = dtype
	if r.has(o, "scores") {
		if o.at != scoredAt {
			r.fail(o.at+".scores", "scores are read from %s only", scoredAt)
		}
		t.Scores = r.formed(o, "scores", scoresForm, `"probabilities" or "logits"`)
	}
	if quantised, zero := r.has(o, "scale"), r.has(o, "zero_point"); quantised || zero {
		t.Quant = r.quant(o, dtype)
	}
	r.end(o)
	return t
}

func (r *reader) shape(o object) (shape []int) {
	elements := 1
	r.each(o, "shape", true, 1, maxRank, func(v any, at string) {
		d := r.asInteger(v, at, 1, maxElements)
		if shape = append(shape, d); r.err == nil && elements > maxElements/d {
			r.fail(o.at+".shape", "has more than %d elements", maxElements)
			return
		}
		elements *= d
	})
	return shape
}

func (r *reader) quant(o object, t engine.DType) (q engine.Quant) {
	q.Scale = float32(r.number(o, "scale", true))
	if r.err == nil && (!(q.Scale > 0) || q.Scale > maxScale) {
		r.fail(o.at+".scale", "is %v, want a number above zero", q.Scale)
	}
	low, high, ok := quantRange(t)
	if r.err == nil && !ok {
		r.fail(o.at+".scale", "type %v is not quantised", t)
	}
	q.ZeroPoint = int32(r.integer(o, "zero_point", low, high))
	return q
}

func quantRange(t engine.DType) (low, high int, ok bool) {
	switch t {
	case engine.Int8:
		return -128, 127, true
	case engine.Uint8:
		return 0, 255, true
	case engine.Int16:
		return -32768, 32767, true
	}
	return 0, 0, false
}

func (r *reader) files(o object) map[string]string {
	files, folded := r.texts(o, "files", true, maxFiles, 64), map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		at := member(o.at+".files", name)
		if first, taken := folded[strings.ToLower(name)]; taken {
			r.fail(at, "differs from %s in upper and lower case only", first)
		}
		folded[strings.ToLower(name)] = name
		if sum, err := hex.DecodeString(files[name]); err != nil || len(sum) != 32 {
			r.fail(at, "want a SHA-256 of 64 hex digits")
		}
		if !fileForm.MatchString(name) || name == File || name == ReportFile {
			r.fail(at, "want a plain file name other than %s and %s", File, ReportFile)
		}
	}
	return files
}
