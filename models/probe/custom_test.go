package probe_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/probe"
)

// A model that was compiled for an accelerator has operators that no CPU runs: its answers are held against the recorded
// ones, and without the accelerator it does not load.
func TestModelForAcceleratorOnly(t *testing.T) {
	k := newKit(t, probe.Config{})
	model, err := os.ReadFile(fixture.Path(t, "testdata", "engine", "custom_op.tflite"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := open("tflite")
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Load(model, engine.Options{Delegates: []string{"fault"}, Plugins: []engine.Plugin{k.plugin("mode", "custom")}})
	if err != nil {
		t.Fatal(err)
	}
	var v probe.Vector
	for _, in := range s.Inputs() {
		v.Inputs = append(v.Inputs, bytes.Repeat([]byte{0x3f}, len(in.Data)))
	}
	for _, out := range s.Outputs() {
		v.Outputs = append(v.Outputs, bytes.Repeat([]byte{0x3f}, len(out.Data)))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r := k.request(k.plugin("mode", "custom"))
	r.Model, r.Vectors = model, []probe.Vector{v}
	if w := k.run(t, r); w.Stage != engine.Verified || w.Parity.Reference != "golden" || w.Parity.Vectors != 1 || w.Parity.CPU != 0 {
		t.Errorf("got %+v", w)
	}
	other := probe.Vector{Inputs: v.Inputs, Outputs: [][]byte{bytes.Repeat([]byte{0x40}, len(v.Outputs[0]))}}
	r.Vectors = []probe.Vector{other}
	if w := k.run(t, r); w.Reason != engine.ReasonWrongNumbers {
		t.Errorf("other answers: %+v", w)
	}
	_, err = e.Load(model, engine.Options{Delegates: []string{"edgetpu"}})
	if err == nil || !strings.Contains(err.Error(), "Betainc") || !strings.Contains(err.Error(), "before that, edgetpu (no_library)") {
		t.Errorf("without the accelerator: %v", err)
	}
}
