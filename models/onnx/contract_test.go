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
		"two_graphs":       "two graphs",

		"constant_huge":     "want at most 67108864 elements",
		"constant_negative": "want at most 67108864 elements",
		"constant_short":    "288 bytes for shape [9 1 3 3]: want 324",
		"constant_twice":    "data in two places",
		"constant_type":     "element type 99",
		"pool_large":        "its kernel spans 42, its input 8",
		"pool_stride":       "strides holds 0",
		"nested":            "nested too deeply",
		"forest_child":      "node 0 of tree 0 has the child 7",
		"forest_loop":       "node 1 of tree 0 has the child 0",
		"forest_self":       "node 0 of tree 0 has the child 0",
		"forest_deep":       "a tree is deeper than 1024",
		"forest_feature":    "a node asks for feature -1",
		"forest_short":      "nodes_featureids has 1 values: want 3",
		"forest_target":     "a leaf names output 1 of 1",
		"forest_twice":      "two nodes have one number",
		"linear_rows":       "do not fit 2 rows",
		"svm_coefficients":  "1 coefficients for 2 support vectors",
		"svm_short":         "8 numbers for 3 support vectors",
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
