package engine_test

import (
	"errors"
	"math"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

func TestElementsAndCheck(t *testing.T) {
	for name, c := range map[string]struct {
		tensor   engine.Tensor
		elements int
		fits     bool
	}{
		"scalar":          {engine.Tensor{Type: engine.Float32, Data: make([]byte, 4)}, 1, true},
		"matrix":          {engine.Tensor{Type: engine.Int8, Shape: []int{2, 3}, Data: make([]byte, 6)}, 6, true},
		"too short":       {engine.Tensor{Type: engine.Float32, Shape: []int{2}, Data: make([]byte, 7)}, 2, false},
		"too long":        {engine.Tensor{Type: engine.Int8, Shape: []int{2}, Data: make([]byte, 3)}, 2, false},
		"empty side":      {engine.Tensor{Type: engine.Int8, Shape: []int{2, 0}}, 0, true},
		"negative side":   {engine.Tensor{Type: engine.Int8, Shape: []int{-2, -3}, Data: make([]byte, 6)}, 0, false},
		"no element size": {engine.Tensor{Type: engine.String, Shape: []int{1}}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			if n := c.tensor.Elements(); n != c.elements {
				t.Errorf("%d elements, want %d", n, c.elements)
			}
			err := c.tensor.Check()
			if (err == nil) != c.fits || (err != nil && !errors.Is(err, engine.ErrTensor)) {
				t.Errorf("Check says %v", err)
			}
		})
	}
}

// A view shares memory with its tensor, in both directions.
func TestViews(t *testing.T) {
	values := []float32{1, 2, 3, 4}
	f := engine.Of(values, 2, 2)
	got, err := f.Float32s()
	if err != nil || len(got) != 4 || got[3] != 4 {
		t.Fatalf("%v, %v", got, err)
	}
	got[0] = 9
	if values[0] != 9 {
		t.Error("the view is a copy")
	}
	if _, err := f.Int8s(); !errors.Is(err, engine.ErrTensor) {
		t.Errorf("Int8s of floats says %v", err)
	}
	f.Data = f.Data[:12]
	if _, err := f.Float32s(); !errors.Is(err, engine.ErrTensor) {
		t.Errorf("Float32s of too few bytes says %v", err)
	}
}

func TestSet(t *testing.T) {
	to, from := engine.Of(make([]float32, 2)), engine.Of([]float32{5, 6})
	if err := to.Set(from); err != nil {
		t.Fatal(err)
	}
	if v, err := to.Float32s(); err != nil || v[1] != 6 {
		t.Errorf("%v, %v", v, err)
	}
	for name, err := range map[string]error{
		"shape": to.Set(engine.Of([]float32{1, 2}, 2, 1)), "type": to.Set(engine.Tensor{Type: engine.Int32, Shape: []int{2}, Data: make([]byte, 8)}),
		"bytes": to.SetBytes(make([]byte, 7)),
	} {
		if !errors.Is(err, engine.ErrTensor) {
			t.Errorf("wrong %s: %v", name, err)
		}
	}
}

func TestDType(t *testing.T) {
	for d := engine.Float32; d <= engine.String; d++ {
		if got, err := engine.ParseDType(d.String()); err != nil || got != d {
			t.Errorf("%v reads back as %v, %v", d, got, err)
		}
	}
	for _, s := range []string{"", "invalid", "FLOAT32", "int4"} {
		if d, err := engine.ParseDType(s); err == nil {
			t.Errorf("%q is %v", s, d)
		}
	}
}

// real = scale * (q - zero point): the definition of TensorFlow Lite's quantisation specification.
func TestQuant(t *testing.T) {
	q := engine.Quant{Scale: 0.5, ZeroPoint: -3}
	if r := q.Real(1); math.Abs(float64(r)-2) > 1e-6 {
		t.Errorf("1 is %g, want 2", r)
	}
}
