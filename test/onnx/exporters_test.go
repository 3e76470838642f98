package onnx_test

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/onnx"
)

const samples = 200

// exported runs the exporter once for all tests and returns its folder.
var exported = sync.OnceValues(func() (string, error) {
	python := filepath.Join(fixture.Root(), ".tools", "onnx", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return "", errors.New("scikit-learn and skl2onnx are missing: run bash cross/setup.sh test")
	}
	dir := filepath.Join(fixture.Root(), "build", "test", "onnx")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	out, err := exec.Command(python, "-W", "ignore", filepath.Join(fixture.Root(), "test", "onnx", "sklearn_models.py"), dir).CombinedOutput()
	if err != nil {
		return dir, errors.New(err.Error() + ": " + string(out))
	}
	return dir, nil
})

func folder(t *testing.T) string {
	t.Helper()
	dir, err := exported()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t *testing.T) *onnx.Runtime {
	t.Helper()
	r, err := onnx.Open(onnx.Config{Path: fixture.ONNX(t)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func file(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func floats(b []byte) []float64 {
	out := make([]float64, len(b)/4)
	for i := range out {
		out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
	}
	return out
}

// compare runs every sample and compares output number at with the tool's own. It returns the largest difference.
func compare(t *testing.T, s engine.Session, at int, in, want []byte, n int) (worst float64) {
	t.Helper()
	input, output := s.Inputs()[0], s.Outputs()[at]
	if len(in) != n*len(input.Data) || len(want) != n*len(output.Data) {
		t.Fatalf("%d and %d bytes are not %d samples of %v and %v", len(in), len(want), n, input.Shape, output.Shape)
	}
	for i := range n {
		if err := input.SetBytes(in[i*len(input.Data) : (i+1)*len(input.Data)]); err != nil {
			t.Fatal(err)
		}
		if err := s.Invoke(); err != nil {
			t.Fatal(err)
		}
		got, want := floats(output.Data), floats(want[i*len(output.Data):(i+1)*len(output.Data)])
		for k := range got {
			worst = max(worst, math.Abs(got[k]-want[k])/max(1, math.Abs(want[k])))
		}
		if best(got) != best(want) {
			t.Errorf("sample %d: highest is %d, the tool says %d", i, best(got), best(want))
		}
	}
	return worst
}

func best(v []float64) (at int) {
	for i := range v {
		if v[i] > v[at] {
			at = i
		}
	}
	return at
}

// The tools compute in float64 or in another order: a difference of 1e-5 of the value, or of 1 for values below it, is
// rounding.
const tolerance = 1e-5

func TestScikitLearn(t *testing.T) {
	dir, r := folder(t), open(t)
	for _, name := range []string{"logistic", "forest", "mlp", "svc", "ridge", "boosting", "svr"} {
		t.Run(name, func(t *testing.T) {
			s, err := r.Load(file(t, dir, name+".onnx"), engine.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			worst := compare(t, s, 0, file(t, dir, name+".in.f32"), file(t, dir, name+".out.f32"), samples)
			t.Logf("%v on %v: at most %.1e apart", s.Report(), s.Inputs()[0].Shape, worst)
			if worst > tolerance {
				t.Errorf("%g apart, want %g", worst, tolerance)
			}
		})
	}
}

// A classifier that keeps its label gives it as int64, equal for every sample.
func TestScikitLearnLabels(t *testing.T) {
	dir := folder(t)
	s, err := open(t).Load(file(t, dir, "labels.onnx"), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if out := s.Outputs(); len(out) != 2 || out[0].Type != engine.Int64 || out[1].Type != engine.Float32 {
		t.Fatalf("outputs %+v", out)
	}
	in, want := file(t, dir, "labels.in.f32"), file(t, dir, "labels.out.i64")
	size := len(s.Inputs()[0].Data)
	for i := range samples {
		if err := s.Inputs()[0].SetBytes(in[i*size : (i+1)*size]); err != nil {
			t.Fatal(err)
		}
		if err := s.Invoke(); err != nil {
			t.Fatal(err)
		}
		if got, want := binary.NativeEndian.Uint64(s.Outputs()[0].Data), binary.LittleEndian.Uint64(want[8*i:]); got != want {
			t.Errorf("sample %d: label %d, want %d", i, got, want)
		}
	}
}

// What scikit-learn exports without options is refused, with the option that helps.
func TestScikitLearnRefused(t *testing.T) {
	dir := folder(t)
	for name, says := range map[string]string{"zipmap": "options={'zipmap': False}", "texts": "options={'nocl': True}"} {
		_, err := open(t).Load(file(t, dir, name+".onnx"), engine.Options{})
		if !errors.Is(err, engine.ErrModel) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v does not say %q", name, err, says)
		}
	}
}

// Models that PyTorch (torch.onnx) and Keras (tf2onnx) exported, on the samples that they predicted.
func TestPyTorchAndKeras(t *testing.T) {
	data := filepath.Join(fixture.Root(), "testdata", "onnx")
	for _, name := range []string{"torch_waves", "keras_waves"} {
		for _, way := range []string{"cpu", "none"} {
			t.Run(name+" "+way, func(t *testing.T) {
				s, err := open(t).Load(file(t, data, name+".onnx"), engine.Options{Delegates: []string{way}})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				worst := compare(t, s, 0, file(t, data, name+".in.f32"), file(t, data, name+".out.f32"), samples)
				t.Logf("%v on %v: at most %.1e apart", s.Report(), s.Inputs()[0].Shape, worst)
				if worst > tolerance {
					t.Errorf("%g apart, want %g", worst, tolerance)
				}
			})
		}
	}
}

// 1,000 loads of each real model leave the memory where it was, within 1 MB: 2 % of what the library takes. A model of this
// size kept at every load would be far more.
func TestThousandLoads(t *testing.T) {
	r, data := open(t), filepath.Join(fixture.Root(), "testdata", "onnx")
	for _, name := range []string{"torch_waves", "keras_waves"} {
		model := file(t, data, name+".onnx")
		enginetest.Rest(t, 1000, 1<<20, func() {
			s, err := r.Load(model, engine.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.Invoke(), s.Close()); err != nil {
				t.Fatal(err)
			}
		})
	}
}
