package probe_test

import (
	"os"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/onnx"
	"github.com/dunlin-iot/dunlin/models/probe"
)

// The providers of ONNX Runtime walk the same way. The fetched library has none but the CPU's that works here.
func TestONNXProviders(t *testing.T) {
	t.Setenv(onnx.EnvLibrary, fixture.ONNX(t))
	k := newKit(t, probe.Config{})
	model, err := os.ReadFile(fixture.Path(t, "testdata", "onnx", "conv_float.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	for word, c := range map[string]struct {
		stage  engine.Stage
		reason engine.Reason
		says   string
	}{
		"cuda":     {engine.Loaded, engine.ReasonCreate, "libonnxruntime_providers_shared.so"},
		"openvino": {engine.Requested, engine.ReasonNoSymbol, "has no OpenVINOExecutionProvider"},
		"warp":     {engine.Requested, engine.ReasonUnknown, "not a provider of this program"},
		"cpu":      {engine.Verified, "", ""},
	} {
		r := probe.Request{Engine: "onnx", Version: "1.30.0", Plugin: engine.Plugin{Name: word}, Model: model}
		if word != "cpu" {
			r.CPU = []string{"cpu"}
		}
		if w := k.run(t, r); w.Stage != c.stage || w.Reason != c.reason || !strings.Contains(w.Text, c.says) {
			t.Errorf("%s: %+v, want %s at %s", word, w, c.reason, c.stage)
		}
	}
}
