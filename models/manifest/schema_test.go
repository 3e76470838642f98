package manifest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/steps"
)

func schema(t *testing.T) (*jsonschema.Schema, doc) {
	t.Helper()
	text, err := manifest.Schema()
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("manifest.schema.json", value); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("manifest.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s, value.(doc)
}

// both asks schema and parser.
func both(t *testing.T, s *jsonschema.Schema, text []byte) (bySchema, byParser error) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	_, byParser = manifest.Parse(text)
	return s.Validate(v), byParser
}

func TestSchemaTakesGoodManifests(t *testing.T) {
	s, _ := schema(t)
	pictures, sound := newKit(t), newKit(t)
	pictures.pictures(2, 4, 3, 1, 4, 2, 3)
	sound.sound(1, 8, 3)
	texts := map[string][]byte{"kit": newKit(t).text(t), "full": full(t).text(t), "pictures": pictures.text(t), "sound": sound.text(t)}
	for _, name := range []string{"motions", "keywords"} {
		text, err := os.ReadFile(fixture.Path(t, "examples", "models", name, "1", "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = text
	}
	for name, text := range texts {
		if bySchema, byParser := both(t, s, text); bySchema != nil || byParser != nil {
			t.Errorf("%s: schema %v, parser %v", name, bySchema, byParser)
		}
	}
}

// TestSchemaAndParser goes through every object of a full manifest: what is missing, unknown, of another type or beyond a
// bound is refused by both, or by neither.
func TestSchemaAndParser(t *testing.T) {
	s, tree := schema(t)
	k := full(t)
	k.sub("source")["rate_hz"] = 10
	var v doc
	if err := json.Unmarshal(k.text(t), &v); err != nil {
		t.Fatal(err)
	}
	tried := 0
	agree := func(what string) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		tried++
		bySchema, byParser := both(t, s, text)
		if (bySchema == nil) != (byParser == nil) {
			t.Errorf("%s: schema %v, parser %v", what, bySchema, byParser)
		}
	}
	var walk func(at string, form doc, o doc)
	walk = func(at string, form doc, o doc) {
		o["surprise"] = "x"
		agree(at + ".surprise")
		delete(o, "surprise")
		properties, _ := form["properties"].(doc)
		for _, key := range slices.Sorted(maps.Keys(o)) {
			here, was := at+"."+key, o[key]
			sub, _ := properties[key].(doc)
			delete(o, key)
			if !related(here, nil) {
				agree(here + " missing")
			}
			for _, other := range append([]any{nil, true, "", doc{}, []any{}}, beyond(sub)...) {
				if o[key] = other; !related(here, other) {
					agree(fmt.Sprintf("%s = %v", here, other))
				}
			}
			o[key] = was
			if next, ok := was.(doc); ok && sub != nil {
				walk(here, sub, next)
			}
			if next, ok := was.([]any); ok && sub != nil {
				if first, ok := next[0].(doc); ok && key != "preprocess" {
					walk(here+"[0]", formOfFirst(sub), first)
				}
			}
		}
	}
	walk("$", tree, v)
	if tried < 300 {
		t.Errorf("only %d manifests were tried", tried)
	}
}

// formOfFirst is the form of a list's first element.
func formOfFirst(list doc) doc {
	if forms, ok := list["prefixItems"].([]any); ok {
		return forms[0].(doc)
	}
	return list["items"].(doc)
}

// related is what only the parser can judge: a list of steps or of files that may be, beside what else there is.
func related(at string, value any) bool {
	list, _ := value.([]any)
	object, _ := value.(doc)
	return at == "$.preprocess" && (value == nil || list != nil) || at == "$.files" && object != nil || strings.HasPrefix(at, "$.files.") && value == nil
}

// beyond are values just outside of what the schema allows.
func beyond(form doc) (all []any) {
	if n, ok := form["minimum"].(json.Number); ok {
		f, _ := n.Float64()
		all = append(all, f-1)
	}
	if n, ok := form["maximum"].(json.Number); ok {
		f, _ := n.Float64()
		all = append(all, f+f/2+1)
	}
	if n, ok := form["maxLength"].(json.Number); ok {
		i, _ := n.Int64()
		all = append(all, strings.Repeat("x", int(i)+1))
	}
	return all
}

// TestSchemaKnowsTheSteps: every kind, with the parameters that it must have.
func TestSchemaKnowsTheSteps(t *testing.T) {
	s, _ := schema(t)
	for _, kind := range steps.Kinds() {
		k := newKit(t)
		step := doc{"step": kind.Name}
		for _, p := range kind.Params {
			switch {
			case p.Default != nil:
			case p.Type == steps.Numbers:
				step[p.Name] = []any{max(p.Low, min(p.High, 1))}
			case p.Type == steps.Text:
				step[p.Name] = p.Choices[0]
			case p.Type == steps.Flag:
				step[p.Name] = true
			default:
				step[p.Name] = max(p.Low, min(p.High, 4))
			}
		}
		k.steps(step)
		if bySchema, _ := both(t, s, k.text(t)); bySchema != nil {
			t.Errorf("%s: %v", kind.Name, bySchema)
		}
		step["surprise"] = 1
		if bySchema, byParser := both(t, s, k.text(t)); bySchema == nil || byParser == nil {
			t.Errorf("%s with an unknown parameter: schema %v, parser %v", kind.Name, bySchema, byParser)
		}
	}
}
