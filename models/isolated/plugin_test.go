package isolated_test

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/isolated"
	"github.com/dunlin-iot/dunlin/models/tflite/tflitetest"
)

// TestPluginFalls: an accelerator's library that dies or hangs in the middle of a real model costs three calls; then the
// model answers without it, as it does in Python.
func TestPluginFalls(t *testing.T) {
	library, err := tflitetest.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	model := golden(t, "conv_float")
	for mode, says := range map[string]string{
		"abort": "signal: aborted", "segfault": "signal: segmentation fault", "illegal": "signal: illegal instruction",
		"exit": "exit code 0",
		"hang": "no answer within 5s",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			e, err := isolated.Open(isolated.Config{
				Command: command(t, "serve"), Engine: "tflite", Start: 5 * time.Second, Pause: time.Nanosecond,
			})
			if err != nil {
				t.Fatal(err)
			}
			plugin := engine.Plugin{Name: "npu", Library: library, Options: map[string]string{"mode": mode, "at": "invoke"}}
			s, err := e.Load(model.File, engine.Options{Delegates: []string{"npu"}, Plugins: []engine.Plugin{plugin}})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if r := s.Report(); r.Delegate != "npu" || r.Delegated == 0 {
				t.Fatalf("report %+v", r)
			}
			copy(s.Inputs()[0].Data, model.Runs[0].Inputs[0])
			falls := 0
			for err = s.Invoke(); errors.Is(err, engine.ErrLost) && falls < 4; err = s.Invoke() {
				falls++
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%v: want %q", err, says)
				}
			}
			if err != nil || falls != 3 {
				t.Fatalf("after %d falls: %v", falls, err)
			}
			if r := s.Report(); r.Delegate == "npu" || !strings.Contains(r.Reason, "npu: given up after 3 falls") {
				t.Errorf("report %+v", r)
			}
			agrees(t, s.Outputs()[0], model.Runs[0].Outputs[0], model.Tolerance)
		})
	}
}

// agrees compares an output with what the Python runtime says.
func agrees(t *testing.T, out engine.Tensor, want []byte, tolerance float64) {
	t.Helper()
	got, err := out.Float32s()
	if err != nil || len(want) != 4*len(got) {
		t.Fatalf("%d values of %d: %v", len(got), len(want)/4, err)
	}
	for i, g := range got {
		w := float64(math.Float32frombits(binary.LittleEndian.Uint32(want[4*i:])))
		if d := math.Abs(float64(g) - w); !(d <= tolerance*max(1, math.Abs(w))) {
			t.Errorf("value %d is %g, want %g", i, g, w)
		}
	}
}
