package manifest_test

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

func TestVerify(t *testing.T) {
	b := newKit(t).open(t)
	report, err := b.Verify(faithful(b))
	if err != nil || report != (manifest.GoldenReport{Vectors: 2, Tolerance: 2, Top1: 2}) {
		t.Fatalf("faithful session: %+v, %v", report, err)
	}
	for name, tc := range map[string]struct {
		out   []byte
		err   error
		want  error
		steps int
	}{
		"within tolerance":    {out: []byte{98, 12, 0}, steps: 2},
		"wraps around":        {out: []byte{100, 10, 255}, steps: 1},
		"beyond tolerance":    {out: []byte{100, 13, 0}, want: manifest.ErrGolden, steps: 3},
		"invoke fails":        {err: errInvoke, want: errInvoke},
		"everything is wrong": {out: []byte{0, 0, 0}, want: manifest.ErrGolden, steps: 100},
	} {
		t.Run(name, func(t *testing.T) {
			s := faithful(b)
			s.run = func(in []byte) ([]byte, error) {
				if in[0] == 1 {
					return tc.out, tc.err
				}
				return b.Golden[1].Outputs[0], nil
			}
			report, err := b.Verify(s)
			if !errors.Is(err, tc.want) || report.MaxSteps != tc.steps {
				t.Errorf("got %+v, %v; want %v and %d steps", report, err, tc.want, tc.steps)
			}
		})
	}
}

func TestTopOne(t *testing.T) {
	k := newKit(t)
	k.golden(t, []manifest.Golden{{Inputs: [][]byte{{1, 2, 3, 4}}, Outputs: [][]byte{{11, 10, 0}}}})
	b := k.open(t)
	s := faithful(b)
	s.run = func([]byte) ([]byte, error) { return []byte{10, 11, 0}, nil }
	if _, err := b.Verify(s); !errors.Is(err, manifest.ErrGolden) || !strings.Contains(err.Error(), "highest is value 1, recorded is 0") {
		t.Errorf("another class within the tolerance: %v", err)
	}
}

func TestFloatOutputs(t *testing.T) {
	floats := func(v ...float32) (out []byte) {
		for _, f := range v {
			out = binary.NativeEndian.AppendUint32(out, math.Float32bits(f))
		}
		return out
	}
	k := newKit(t)
	out := k.sub("outputs", 0)
	out["type"] = "float32"
	delete(out, "scale")
	delete(out, "zero_point")
	k.golden(t, []manifest.Golden{{Inputs: [][]byte{{1, 2, 3, 4}}, Outputs: [][]byte{floats(0.8, 0.1, 0.1)}}})
	b := k.open(t)
	for name, tc := range map[string]struct {
		out []byte
		ok  bool
	}{
		"two steps of 1/256": {floats(0.8-2.0/256, 0.1, 0.1), true},
		"three steps":        {floats(0.8-2.5/256, 0.1, 0.1), false},
		"not a number":       {floats(0.8, 0.1, float32(math.NaN())), false},
		"infinite":           {floats(float32(math.Inf(1)), 0.1, 0.1), false},
	} {
		s := faithful(b)
		s.run = func([]byte) ([]byte, error) { return tc.out, nil }
		if _, err := b.Verify(s); (err == nil) != tc.ok || err != nil && !errors.Is(err, manifest.ErrGolden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMatch(t *testing.T) {
	b := newKit(t).open(t)
	if err := b.Match(faithful(b)); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(s *session){
		"$.inputs[0]: states int8[1 2 2], the model has uint8": func(s *session) { s.in[0].Type = engine.Uint8 },
		"$.inputs[0]: states scale 0.1":                        func(s *session) { s.in[0].Quant.Scale *= 1.00001 },
		"$.inputs[0]: states scale 0.1 and zero point -1":      func(s *session) { s.in[0].Quant.ZeroPoint = 0 },
		"$.outputs[0]: states int8[1 3]":                       func(s *session) { s.out[0].Shape = []int{3} },
		"$.outputs: states 1 tensors, the model has 0":         func(s *session) { s.out = nil },
	} {
		s := faithful(b)
		change(s)
		if _, err := b.Verify(s); !errors.Is(err, manifest.ErrMismatch) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	s := faithful(b)
	s.in[0].Data = s.in[0].Data[:3]
	if err := b.Match(s); !errors.Is(err, engine.ErrTensor) {
		t.Errorf("short memory: %v", err)
	}
}

func TestCheckEngine(t *testing.T) {
	b := newKit(t).open(t)
	for version, ok := range map[string]bool{"2.12.0": true, "2.12": true, "2.21.0": true, "3.0.0-rc1": true, "2.9.0": false, "2.11.9": false, "": false, "old": false} {
		if err := b.CheckEngine("tflite", version); (err == nil) != ok || err != nil && !errors.Is(err, engine.ErrRuntime) {
			t.Errorf("%q: %v", version, err)
		}
	}
	if err := b.CheckEngine("onnx", "9.0.0"); !errors.Is(err, engine.ErrRuntime) {
		t.Errorf("other engine: %v", err)
	}
}
