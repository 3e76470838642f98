package tflite_test

import (
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/enginetest"
)

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
	enginetest.Run(t, enginetest.Config{
		Engine: open(t), Ways: [][]string{nil, {"xnnpack"}, {"none"}}, Models: models(t), Bad: bad,
	})
}
