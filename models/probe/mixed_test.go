package probe_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/probe"
)

// mixed is an engine whose models have an output of floats and one of integers, in the order of the model's text; the
// delegate "off" adds to each what its options say: steps to integers, a share to floats.
type mixed struct{}

func (mixed) Name() string    { return "mixed" }
func (mixed) Version() string { return "1" }

func (mixed) Load(model []byte, opts engine.Options) (engine.Session, error) {
	s := &mixedSession{order: strings.Fields(string(model)), delegate: "none", in: engine.Of(make([]float32, 4))}
	for _, kind := range s.order {
		out := engine.Of(make([]float32, 4))
		if kind == "int8" {
			out = engine.Tensor{Type: engine.Int8, Shape: []int{4}, Quant: engine.Quant{Scale: 0.1}, Data: make([]byte, 4)}
		}
		s.out = append(s.out, out)
	}
	if slices.Contains(opts.Delegates, "off") {
		s.delegate = "off"
		for _, p := range opts.Plugins {
			var err error
			if s.steps, err = strconv.Atoi(p.Options["steps"]); err != nil {
				return nil, err
			}
			if s.share, err = strconv.ParseFloat(p.Options["share"], 64); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

type mixedSession struct {
	order    []string
	delegate string
	steps    int
	share    float64
	in       engine.Tensor
	out      []engine.Tensor
}

func (s *mixedSession) Inputs() []engine.Tensor  { return []engine.Tensor{s.in} }
func (s *mixedSession) Outputs() []engine.Tensor { return s.out }
func (s *mixedSession) Close() error             { return nil }
func (s *mixedSession) Report() engine.Report {
	return engine.Report{Delegate: s.delegate, Nodes: 1, Delegated: 1}
}

// Invoke answers the same to everything: 100, 20, 10, 0, as numbers and as steps.
func (s *mixedSession) Invoke() error {
	for k, kind := range s.order {
		for i, v := range []int{100, 20, 10, 0} {
			if kind == "int8" {
				s.out[k].Data[i] = byte(v + s.steps)
				continue
			}
			values, err := s.out[k].Float32s()
			if err != nil {
				return err
			}
			values[i] = float32(float64(v) * (1 + s.share))
		}
	}
	return nil
}

// TestFloatsBesideIntegers: beside an output of floats, integers may be as far off as the bundle says, and no farther.
func TestFloatsBesideIntegers(t *testing.T) {
	k := newKit(t, probe.Config{})
	for _, model := range []string{"float32 int8", "int8 float32"} {
		for _, c := range []struct {
			tolerance, steps int
			share            float64
			sound            bool
		}{
			{13, 0, 0, true}, {13, 10, 0, true}, {13, 13, 0, true}, {13, 14, 0, false},
			{0, 2, 0, true}, {0, 3, 0, false}, // 2 where the bundle has no tolerance
			{0, 0, 0.0009, true}, {0, 0, 0.0011, false}, {0, 2, 0.0009, true}, // 0.1 % of floats
		} {
			r := k.request(engine.Plugin{Name: "off", Options: map[string]string{"steps": strconv.Itoa(c.steps), "share": fmt.Sprint(c.share)}})
			r.Engine, r.CPU, r.Model, r.Tolerance = "mixed", []string{"none"}, []byte(model), c.tolerance
			r.Vectors = []probe.Vector{{Inputs: [][]byte{make([]byte, 16)}}}
			w := k.run(t, r)
			if sound := w.Stage == engine.Verified && w.Reason == ""; sound != c.sound || !sound && w.Reason != engine.ReasonWrongNumbers {
				t.Errorf("%s, %+v: %v", model, c, w)
			}
		}
	}
}
