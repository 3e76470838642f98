package manifest

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/dunlin-iot/dunlin/models/steps"
)

// node is a part of a JSON Schema.
type node = map[string]any

// Schema is the JSON Schema (2020-12) of manifest.json, for editors and other makers of bundles. It knows the form of
// every value; what must fit what (a window its input, a file its digest) only Parse and Open know.
func Schema() ([]byte, error) {
	s := shaped(node{
		"format": span("integer", Format, Format), "name": formed(nameForm), "version": span("integer", 1, maxVersion),
		"engine": shaped(node{"name": formed(engineForm), "min": formed(versionForm)}),
		"inputs": list(tensorNode(), 1, 1), "outputs": outputsNode(),
		"source":     sourceNode(),
		"window":     shaped(node{"length": span("integer", 1, maxElements), "hop": span("integer", 1, maxElements)}),
		"preprocess": list(stepNode(), 0, steps.MaxSteps),
		"decide": shaped(node{
			"threshold": span("number", 0, 1), "hold": span("integer", 1, maxHold), "release": span("number", 0, 1),
		}, "release"),
		"golden":     shaped(node{"file": formed(fileForm), "tolerance_steps": span("integer", 0, maxTolerance)}),
		"acceptance": shaped(node{"file": formed(fileForm), "bounds": list(boundNode(), 1, maxBounds)}),
		"trial":      trialNode(),
		"reference":  shaped(node{"file": formed(fileForm)}),
		"labels":     formed(fileForm), "card": formed(fileForm), "licence": words(maxText),
		"provenance": provenanceNode(),
		"files": node{
			"type": "object", "maxProperties": maxFiles, "additionalProperties": node{"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
			"propertyNames": node{"pattern": fileForm.String(), "not": node{"enum": []string{File, ReportFile}}},
		},
	}, "preprocess", "acceptance", "trial", "reference", "card", "provenance")
	s["anyOf"] = []node{{"required": []string{"reference"}}, {"properties": node{"trial": node{"not": node{"required": []string{"reference_drift"}}}}}}
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "Manifest of a Dunlin model bundle"
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	return append(text, '\n'), nil
}

// shaped is an object of exactly these members, of which some may be absent.
func shaped(members node, optional ...string) node {
	needed := []string{}
	absent := map[string]bool{}
	for _, o := range optional {
		absent[o] = true
	}
	for _, m := range sortedKeys(members) {
		if !absent[m] {
			needed = append(needed, m)
		}
	}
	return node{"type": "object", "properties": members, "required": needed, "additionalProperties": false}
}

func span(kind string, low, high float64) node {
	return node{"type": kind, "minimum": low, "maximum": high}
}

func formed(form *regexp.Regexp) node { return node{"type": "string", "pattern": form.String()} }

func words(most int) node { return node{"type": "string", "minLength": 1, "maxLength": most} }

func list(of node, low, high int) node {
	return node{"type": "array", "items": of, "minItems": low, "maxItems": high}
}

// outputsNode knows that only the first output has scores.
func outputsNode() node {
	first := tensorNode()
	first["properties"].(node)["scores"] = formed(scoresForm)
	all := list(tensorNode(), 1, maxTensors)
	all["prefixItems"] = []node{first}
	return all
}

func tensorNode() node {
	n := shaped(node{
		"name": words(maxText), "unit": words(maxText), "shape": list(span("integer", 1, maxElements), 1, maxRank),
		"type":  node{"enum": []string{"float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool"}},
		"scale": node{"type": "number", "exclusiveMinimum": 0, "maximum": maxScale}, "zero_point": span("integer", -32768, 32767),
	}, "scale", "zero_point")
	n["dependentRequired"] = node{"scale": []string{"zero_point"}, "zero_point": []string{"scale"}}
	return n
}

func sourceNode() node {
	side := span("integer", 1, maxSide)
	n := shaped(node{
		"channels": list(shaped(node{"name": words(maxText), "unit": words(maxText)}), 1, maxChannels),
		"picture":  shaped(node{"width": side, "height": side, "depth": node{"enum": []int{1, 3}}}),
		"rate_hz":  span("number", 0, maxRate),
	}, "channels", "picture", "rate_hz")
	n["oneOf"] = []node{{"required": []string{"channels"}}, {"required": []string{"picture"}}}
	return n
}

func boundNode() node {
	n := shaped(node{
		"metric": formed(metricForm), "slice": words(maxText), "min": node{"type": "number"}, "max": node{"type": "number"},
	}, "slice", "min", "max")
	n["oneOf"] = []node{{"required": []string{"min"}}, {"required": []string{"max"}}}
	return n
}

func trialNode() node {
	n := shaped(node{
		"windows": span("integer", 1, maxTrialLength), "minutes": span("integer", 1, maxMinutes),
		"p95_ratio": span("number", 1, maxRatio), "error_rate": span("number", 0, 1), "nan_rate": span("number", 0, 1),
		"output_drift": span("number", 0, maxRatio), "reference_drift": span("number", 0, maxRatio), "memory_growth": span("number", 0, maxRatio),
		"attempts": span("integer", 1, maxAttempts),
	}, "windows", "minutes", "p95_ratio", "error_rate", "nan_rate", "output_drift", "reference_drift", "memory_growth", "attempts")
	n["not"] = node{"required": []string{"windows", "minutes"}}
	return n
}

func provenanceNode() node {
	known := node{}
	for key, f := range factForms {
		known[key] = formed(f.form)
	}
	return node{
		"type": "object", "maxProperties": maxFacts, "properties": known, "additionalProperties": words(maxFact),
		"propertyNames": node{"pattern": factForm.String()},
	}
}

// stepNode is one step of preprocessing: one alternative for each kind.
func stepNode() node {
	var all []node
	for _, k := range steps.Kinds() {
		members, optional := node{"step": node{"const": k.Name}}, []string{}
		for _, p := range k.Params {
			members[p.Name] = paramNode(p)
			if p.Default != nil {
				optional = append(optional, p.Name)
			}
		}
		n := shaped(members, optional...)
		n["description"] = k.Doc
		all = append(all, n)
	}
	return node{"oneOf": all}
}

func paramNode(p steps.Param) (n node) {
	switch p.Type {
	case steps.Number:
		n = span("number", p.Low, p.High)
	case steps.Whole:
		n = span("integer", p.Low, p.High)
	case steps.Text:
		n = node{"enum": p.Choices}
	case steps.Flag:
		n = node{"type": "boolean"}
	default:
		n = list(span("number", p.Low, p.High), 1, maxChannels)
	}
	n["description"] = p.Doc
	return n
}
