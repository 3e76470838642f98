package tflite_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

// perChannel is a model with a scale for each channel of a dense layer, as today's converter makes them.
const perChannel = "dense_per_channel"

// fitting are the models that this library runs rightly, and whether these are all.
func fitting(t *testing.T, r *tflite.Runtime) (list []enginetest.Model, whole bool) {
	t.Helper()
	v, err := tflite.ParseVersion(r.Version())
	if err != nil {
		t.Fatal(err)
	}
	list = models(t)
	if v.Before(2, 12) {
		return slices.DeleteFunc(list, func(m enginetest.Model) bool { return m.Name == perChannel }), false
	}
	return list, true
}

// TestContract also runs on older libraries: see TestOlderLibraries.

func TestContract(t *testing.T) {
	bad := map[string]enginetest.Refuse{
		"empty":            {File: nil, Says: "no TensorFlow Lite file"},
		"text":             {File: []byte(strings.Repeat("this is no model\n", 20)), Says: "no TensorFlow Lite file"},
		"mark only":        {File: []byte("\x08\x00\x00\x00TFL3"), Says: "damaged or truncated"},
		"unknown operator": {File: file(t, testdata, "custom_op.tflite"), Says: "Betainc"},
		"strings":          {File: file(t, testdata, "strings.tflite"), Says: `"s" holds strings`},
		"dynamic input":    {File: file(t, testdata, "dynamic_input.tflite"), Says: "dynamic shape [-1 -1 6]"},
		"dynamic output":   {File: file(t, testdata, "dynamic_output.tflite"), Says: "shape is dynamic"},
	}
	r := open(t)
	all, whole := fitting(t, r)
	if !whole {
		bad["silently wrong"] = enginetest.Refuse{File: file(t, testdata, perChannel+".tflite"), Says: "have 4 scales and TensorFlow Lite 2.9.0 uses only the first"}
	}
	enginetest.Run(t, enginetest.Config{
		Engine: r, Ways: [][]string{nil, {"xnnpack"}, {"none"}}, Models: all, Bad: bad, Loads: 250,
	})
}
