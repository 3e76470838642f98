package tflite_test

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

func TestInspectOperators(t *testing.T) {
	for name, want := range map[string]string{
		"conv_int8": "CONV_2D DEPTHWISE_CONV_2D CONV_2D MEAN FULLY_CONNECTED SOFTMAX",
		"custom_op": "Betainc",
	} {
		g, err := tflite.Inspect(file(t, testdata, name+".tflite"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, op := range g.Ops {
			got = append(got, op.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s has %v, want %s", name, got, want)
		}
	}
}

// patch returns a copy of the model in which the one place that holds old holds new.
func patch(t *testing.T, model []byte, old, new []int32) []byte {
	t.Helper()
	from, to := words(old), words(new)
	if n := strings.Count(string(model), from); n != 1 {
		t.Fatalf("%v is in the model %d times, want once", old, n)
	}
	return []byte(strings.Replace(string(model), from, to, 1))
}

func words(v []int32) string {
	var b []byte
	for _, w := range v {
		b = binary.LittleEndian.AppendUint32(b, uint32(w))
	}
	return string(b)
}

// Models that the library's own checks let through and that end in a crash of a kernel: found by changing random bytes.
func TestInspectRefuses(t *testing.T) {
	model := file(t, testdata, "conv_int8.tflite")
	input := []int32{4, 1, 12, 10, 1} // vector of 4: the shape, stored for input and signature
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"channels do not fit":  {patch(t, model, input, []int32{4, 1, 12, 10, 9}), "does not fit weights"},
		"gigantic":             {patch(t, model, input, []int32{4, 1 << 20, 12, 10, 1 << 10}), "impossible shape"},
		"no bias":              {patch(t, file(t, testdata, "dense_per_channel.tflite"), []int32{3, 9, 4, 6}, []int32{2, 9, 4, 6}), "DEPTHWISE_CONV_2D: 2 inputs"},
		"negative":             {patch(t, model, input, []int32{4, 1, -12, 10, 1}), "impossible shape"},
		"another schema":       {append([]byte{}, strings.Replace(string(model), "TFL3", "TFL2", 1)...), "TFL3"},
		"offset out of bounds": {append([]byte{255, 255, 255, 127}, model[4:]...), "damaged or truncated"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tflite.Inspect(c.file)
			if !errors.Is(err, engine.ErrModel) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v does not say %q", err, c.says)
			}
		})
	}
}

// Inspect neither panics nor takes long, whatever the bytes.
func FuzzInspect(f *testing.F) {
	names, err := filepath.Glob(filepath.Join(testdata, "*.tflite"))
	if err != nil || len(names) == 0 {
		f.Fatalf("no models: %v", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := tflite.Inspect(b)
		if err != nil {
			if !errors.Is(err, engine.ErrModel) {
				t.Errorf("%v does not wrap ErrModel", err)
			}
			return
		}
		_ = g.Check(tflite.Version{Major: 2, Minor: 9}) // indices it uses must have been checked
	})
}
