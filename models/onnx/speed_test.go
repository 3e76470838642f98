package onnx_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// BenchmarkInvoke: what one inference of a model of an exporter costs, with copying the input.
func BenchmarkInvoke(b *testing.B) {
	for _, name := range []string{"torch_waves", "keras_waves", "dense_int8"} {
		b.Run(name, func(b *testing.B) {
			s, err := open(b).Load(file(b, testdata, name+".onnx"), engine.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			in := s.Inputs()[0]
			data := make([]byte, len(in.Data))
			b.ReportAllocs()
			for b.Loop() {
				copy(in.Data, data)
				if err := s.Invoke(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
