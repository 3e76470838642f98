package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dunlin-iot/dunlin/agent/config"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(config.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(config.SchemaName, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(config.SchemaName)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is what an editor's YAML parser makes of a file.
func instance(t *testing.T, data []byte) (any, error) {
	t.Helper()
	j, err := yaml.YAMLToJSON(data)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(j)) == 0 || string(bytes.TrimSpace(j)) == "null" {
		return map[string]any{}, nil
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(j))
}

func TestSchemaTakesGoodFiles(t *testing.T) {
	s := schema(t)
	texts := map[string][]byte{"sample": config.Sample()}
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("testdata/good: %d files, %v", len(files), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts[f] = data
	}
	for name, data := range texts {
		v, err := instance(t, data)
		if err == nil {
			err = s.Validate(v)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := parse(string(data)); err != nil {
			t.Errorf("%s: Parse: %v", name, err)
		}
	}
}

// beyondSchema are faults that only Load can see: what refers to what, what YAML allows and we do not, and limits of
// values that carry a unit.
var beyondSchema = []string{
	"address-decimal", "alias", "channel-twice", "channels-empty", "chip-twice", "command-empty", "deep-brackets", "deep-dashes", "deep-indent",
	"delegate", "delegate-nameless", "delegate-options", "delegate-plugin-name", "delegate-twice",
	"duration-above", "edges-of-level", "every-of-edge", "every-too-short", "expect-channel", "expect-channel-of-a-chip", "expect-channel-of-an-input",
	"expect-clip", "expect-flat", "expect-frames", "expect-min-max", "expect-stuck-short", "frames-and-channels", "frames-odd",
	"frames-or-channels", "gyro-mpu6050", "hub-url-password", "ina219-current", "inputs-empty", "inputs-twice", "limit-above", "merge-key",
	"missing-source", "model-latest", "mqtt-both", "mqtt-field-twice", "mqtt-fields-empty", "mqtt-neither", "mqtt-password-alone", "mqtt-topic", "mqtt-wildcard",
	"no-sources", "picture-alone", "quiet-shorter", "rate-adxl345", "rate-beyond-ads1115", "rate-lsm6ds", "rate-mpu6050", "rate-mpu6050-fast", "scd4x-low-power",
	"one-wire-kernel", "one-wire-twice", "rate-zero", "scale-same-line",
	"scale-zero", "shunt-huge", "spi-address", "spi-address-bme280", "spi-and-bus", "spi-neither", "spi-rate-on-i2c", "silent-below-rate", "silent-too-short", "size-below", "size-huge", "tag", "threshold-above", "two-documents",
}

func TestSchemaRefusesBadFiles(t *testing.T) {
	s := schema(t)
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("testdata/bad: %d files, %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".yaml")
		if slices.Contains(beyondSchema, name) {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		v, err := instance(t, data)
		if err == nil {
			err = s.Validate(v)
		}
		if err == nil {
			t.Errorf("%s: the schema takes it, Load does not", name)
		}
	}
}

// TestSchemaIsDraft2020 keeps the dialect that editors know.
func TestSchemaIsDraft2020(t *testing.T) {
	var doc struct {
		Schema string `json:"$schema"`
	}
	if err := json.Unmarshal(config.Schema(), &doc); err != nil || doc.Schema != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("$schema = %q, %v", doc.Schema, err)
	}
}

func TestSampleNamesItsSchema(t *testing.T) {
	first, _, _ := strings.Cut(string(config.Sample()), "\n")
	if want := "# yaml-language-server: $schema=./" + config.SchemaName; first != want {
		t.Errorf("first line %q, want %q", first, want)
	}
}
