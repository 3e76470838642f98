package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/window"
)

// Names of the files that pack writes.
const (
	labelsFile     = "labels.txt"
	goldenFile     = "golden.cbor"
	acceptanceFile = "acceptance.cbor"
	referenceFile  = "reference.cbor"
	cardFile       = "card.md"
)

// Parts are what the spec names, read, and the model, open.
type Parts struct {
	Model   []byte
	Labels  []string
	Card    []byte
	Engine  string         // name of the engine: "tflite"
	Version string         // of its library; the least that the bundle asks for when the spec says nothing
	Session engine.Session // on plain CPU kernels: what it answers becomes the golden vectors
}

// Draft is a bundle in the making. It belongs to one goroutine.
type Draft struct {
	m      *manifest.Manifest
	spec   *Spec
	labels []string
	s      engine.Session
	framer *window.Framer
	doc    map[string]any
	files  map[string][]byte
}

// Begin writes the manifest as far as it is known, and checks it against the model.
func Begin(spec *Spec, p Parts) (*Draft, error) {
	d := &Draft{spec: spec, s: p.Session, labels: p.Labels, doc: maps.Clone(spec.doc), files: map[string][]byte{
		"model." + p.Engine: p.Model, labelsFile: []byte(strings.Join(p.Labels, "\n") + "\n"), goldenFile: nil,
	}}
	if len(p.Session.Inputs()) != 1 {
		return nil, fmt.Errorf("the model has %d inputs, windows of samples fill one: %w", len(p.Session.Inputs()), ErrSpec)
	}
	if err := d.checkLabels(); err != nil {
		return nil, err
	}
	if err := d.fill(spec, p); err != nil {
		return nil, err
	}
	if err := d.parse(); err != nil {
		return nil, err
	}
	var err error
	if d.framer, err = window.New(d.m.Framing()); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrSpec)
	}
	if err := d.framer.Fits(p.Session.Inputs()[0]); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrSpec)
	}
	return d, nil
}

func (d *Draft) checkLabels() error {
	out := d.s.Outputs()[0]
	if n := out.Elements(); len(d.labels) != n {
		return fmt.Errorf("$.labels: %d labels for the model's first output %v of %d values: %w", len(d.labels), out.Shape, n, ErrSpec)
	}
	for i, l := range d.labels {
		if l == "" || strings.ContainsAny(l, "\r\n") || slices.Index(d.labels, l) < i {
			return fmt.Errorf("$.labels[%d]: %q: want a label on one line that stands once: %w", i, l, ErrSpec)
		}
	}
	return nil
}

// fill writes what the spec leaves out.
func (d *Draft) fill(spec *Spec, p Parts) error {
	d.doc["format"], d.doc["labels"] = json.Number(strconv.Itoa(manifest.Format)), labelsFile
	if err := d.engine(p); err != nil {
		return err
	}
	for key, all := range map[string][]engine.Tensor{"inputs": d.s.Inputs(), "outputs": d.s.Outputs()} {
		stated, err := tensors(key, d.doc[key], all)
		if err != nil {
			return err
		}
		d.doc[key] = stated
	}
	d.named("golden", goldenFile)
	if len(spec.Acceptance.Parts) > 0 {
		d.named("acceptance", acceptanceFile)
	}
	if len(spec.Reference.Parts) > 0 {
		d.named("reference", referenceFile)
	}
	if spec.Card != "" {
		d.doc["card"], d.files[cardFile] = cardFile, p.Card
	}
	return nil
}

func (d *Draft) engine(p Parts) error {
	stated, ok := d.doc["engine"].(map[string]any)
	if _, there := d.doc["engine"]; there && !ok {
		return fmt.Errorf("$.engine: want a mapping: %w", ErrSpec)
	}
	e := map[string]any{"name": p.Engine, "min": least(p.Version)}
	maps.Copy(e, stated)
	if e["name"] != p.Engine {
		return fmt.Errorf("$.engine.name: is %v, the model is for %s: %w", e["name"], p.Engine, ErrSpec)
	}
	d.doc["engine"] = e
	return nil
}

// least is a library's version without what stands behind its numbers: "2.21.0-rc1" is "2.21.0".
func least(version string) string {
	version, _, _ = strings.Cut(version, "-")
	version, _, _ = strings.Cut(version, "+")
	return version
}

// tensors are the model's, with the names and units that the spec gives them, and what it says of the scores.
func tensors(key string, stated any, all []engine.Tensor) ([]any, error) {
	words, ok := stated.([]any)
	if stated != nil && (!ok || len(words) != len(all)) {
		return nil, fmt.Errorf("$.%s: want a list of %d, one for each that the model has, each with name and unit: %w", key, len(all), ErrSpec)
	}
	out := make([]any, len(all))
	for i, t := range all {
		one := map[string]any{"name": nameOf(t, key, i), "type": t.Type.String(), "shape": t.Shape, "unit": "1"}
		if t.Quant.Scale != 0 {
			one["scale"], one["zero_point"] = float64(t.Quant.Scale), t.Quant.ZeroPoint
		}
		if words != nil {
			said, ok := words[i].(map[string]any)
			if !ok {
				return nil, fmt.Errorf("$.%s[%d]: want a mapping with name and unit: %w", key, i, ErrSpec)
			}
			for k, v := range said {
				if k != "name" && k != "unit" && k != "scores" {
					return nil, fmt.Errorf("$.%s[%d].%s: the model says that; give name and unit only, and scores of the first output: %w", key, i, k, ErrSpec)
				}
				one[k] = v
			}
		}
		out[i] = one
	}
	return out, nil
}

func nameOf(t engine.Tensor, key string, i int) string {
	if t.Name == "" || len(t.Name) > 200 {
		return strings.TrimSuffix(key, "s") + strconv.Itoa(i)
	}
	return t.Name
}

// named writes the name of a file into a mapping that the spec has, and keeps a place for the file.
func (d *Draft) named(key, file string) {
	m := map[string]any{}
	if said, ok := d.doc[key].(map[string]any); ok {
		maps.Copy(m, said)
	}
	m["file"] = file
	d.doc[key], d.files[file] = m, nil
}

// parse makes the manifest's text of what there is and reads it back.
func (d *Draft) parse() error {
	text, err := d.text()
	if err != nil {
		return err
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrSpec)
	}
	d.m = m
	return nil
}

func (d *Draft) text() ([]byte, error) {
	sums := map[string]string{}
	for name, data := range d.files {
		sum := sha256.Sum256(data)
		sums[name] = hex.EncodeToString(sum[:])
	}
	d.doc["files"] = sums
	text, err := json.MarshalIndent(d.doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write manifest: %w: %w", err, ErrSpec)
	}
	return append(text, '\n'), nil
}

// Manifest is the manifest so far; the digests in it are not final.
func (d *Draft) Manifest() *manifest.Manifest { return d.m }

// Files are the files of the bundle by name.
func (d *Draft) Files() (map[string][]byte, error) {
	text, err := d.text()
	if err != nil {
		return nil, err
	}
	all := maps.Clone(d.files)
	all[manifest.File] = text
	return all, nil
}
