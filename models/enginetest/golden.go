package enginetest

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// testForm compares names, types, shapes and quantisation with what another runtime reads from the same file.
func testForm(t *testing.T, cfg Config, m Model) {
	s := load(t, cfg, m.File, engine.Options{})
	for _, side := range []struct {
		name      string
		got, want []engine.Tensor
	}{{"input", s.Inputs(), m.Inputs}, {"output", s.Outputs(), m.Outputs}} {
		if len(side.got) != len(side.want) {
			t.Fatalf("%d %ss, want %d", len(side.got), side.name, len(side.want))
		}
		for i, got := range side.got {
			want := side.want[i]
			if got.Name != want.Name || !got.SameForm(want) || got.Quant != want.Quant {
				t.Errorf("%s %d: got %q %s%v %v, want %q %s%v %v", side.name, i,
					got.Name, got.Type, got.Shape, got.Quant, want.Name, want.Type, want.Shape, want.Quant)
			}
			if err := got.Check(); err != nil {
				t.Errorf("%s %d: %v", side.name, i, err)
			}
		}
	}
}

// testGolden runs every golden input one way and compares the outputs.
func testGolden(t *testing.T, cfg Config, m Model, way []string) {
	s := load(t, cfg, m.File, engine.Options{Delegates: way})
	for i, run := range m.Runs {
		if err := runOnce(s, run, m.Tolerance); err != nil {
			t.Errorf("%v, run %d: %v", s.Report(), i, err)
		}
	}
	r := s.Report()
	if r.Nodes <= 0 || r.Delegated > r.Nodes || (r.Delegate == "none") != (r.Delegated == 0) {
		t.Errorf("the report makes no sense: %+v", r)
	}
}

// runOnce sets the inputs, invokes and compares the outputs.
func runOnce(s engine.Session, run Golden, tolerance float64) error {
	for i, in := range s.Inputs() {
		if err := in.SetBytes(run.Inputs[i]); err != nil {
			return err
		}
	}
	if err := s.Invoke(); err != nil {
		return err
	}
	for i, out := range s.Outputs() {
		if err := near(out, run.Outputs[i], tolerance); err != nil {
			return err
		}
	}
	return nil
}

func near(out engine.Tensor, want []byte, tolerance float64) error {
	if len(want) != len(out.Data) {
		return fmt.Errorf("output %q: %d bytes, want %d", out.Name, len(out.Data), len(want))
	}
	size := out.Type.Size()
	for i := range out.Elements() {
		g, w := element(out.Type, out.Data[i*size:]), element(out.Type, want[i*size:])
		if !(math.Abs(g-w) <= tolerance) {
			return fmt.Errorf("output %q: element %d is %g, want %g within %g", out.Name, i, g, w, tolerance)
		}
	}
	return nil
}

// element reads one number of the types that golden files hold; NaN for others.
func element(d engine.DType, b []byte) float64 {
	switch d {
	case engine.Int8:
		return float64(int8(b[0]))
	case engine.Uint8:
		return float64(b[0])
	case engine.Int64:
		return float64(int64(binary.LittleEndian.Uint64(b)))
	case engine.Int32:
		return float64(int32(binary.LittleEndian.Uint32(b)))
	case engine.Float32:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return math.NaN()
}

// testTensors uses the views with wrong types and lengths: each is an error and leaves the tensor as it was.
func testTensors(t *testing.T, cfg Config, m Model) {
	s := load(t, cfg, m.File, engine.Options{})
	for _, v := range append(slices.Clone(s.Inputs()), s.Outputs()...) {
		before := slices.Clone(v.Data)
		other := v
		other.Type = engine.Float64
		longer := v
		longer.Shape = append(slices.Clone(v.Shape), 2)
		for name, err := range map[string]error{
			"short bytes": v.SetBytes(v.Data[1:]), "long bytes": v.SetBytes(append(slices.Clone(v.Data), 0)),
			"no bytes": v.SetBytes(nil), "another type": v.Set(other), "another shape": v.Set(longer),
		} {
			if err == nil {
				t.Errorf("%q takes %s", v.Name, name)
			}
		}
		if _, err := v.Float32s(); (err == nil) != (v.Type == engine.Float32) {
			t.Errorf("%q is %s and Float32s says %v", v.Name, v.Type, err)
		}
		if _, err := v.Int8s(); (err == nil) != (v.Type == engine.Int8) {
			t.Errorf("%q is %s and Int8s says %v", v.Name, v.Type, err)
		}
		if !slices.Equal(before, v.Data) {
			t.Errorf("%q changed although nothing fitted", v.Name)
		}
	}
}
