package onnx_test

import (
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
)

func TestContract(t *testing.T) {
	bad := map[string]enginetest.Refuse{
		"empty": {File: nil, Says: "no ONNX file"},
		"text":  {File: []byte(strings.Repeat("this is no model\n", 20)), Says: "no ONNX file"},
	}
	for name, says := range map[string]string{
		"unknown_operator": "Frobnicate: not among those",
		"own_domain":       `operators of "com.example"`,
		"random":           "RandomNormalLike: not among those",
		"strings":          `"x" holds strings`,
		"dynamic_input":    "dynamic shape [1 time]",
		"nonzero":          "depends on the input: [2 0] or [2 4]",
		"nonzero_plus":     "depends on the input",
		"external":         "lies in another file",
		"function":         "inline_local_functions",
		"zipmap":           "options={'zipmap': False}",
		"sequence":         "is a sequence",
		"huge":             "it makes a tensor of [1099511627776]",
	} {
		bad[name] = enginetest.Refuse{File: file(t, testdata, name+".onnx"), Says: says}
	}
	enginetest.Run(t, enginetest.Config{
		Engine: open(t), Ways: [][]string{nil, {"cpu"}, {"none"}}, Models: models(t), Bad: bad,
	})
}

// The report is the library's own account: by default all nodes on the CPU; without optimisation none counts as taken.
func TestReport(t *testing.T) {
	model := file(t, testdata, "conv_float.onnx")
	for _, c := range []struct {
		way  []string
		want string
	}{{nil, "cpu(7/7)"}, {[]string{"none"}, "none(0/7)"}} {
		if got := load(t, model, engine.Options{Delegates: c.way}).Report().String(); got != c.want {
			t.Errorf("%v: %s, want %s", c.way, got, c.want)
		}
	}
}
