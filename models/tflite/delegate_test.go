package tflite_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

const keywords = "../../examples/models/keywords/1/model.tflite"

// XNNPACK really takes the int8 operators of a real model, and that is what makes it fast: measured against the same
// library's plain kernels, in turns.
func TestXNNPACKTakesInt8(t *testing.T) {
	r, model := open(t), file(t, keywords)
	fast, plain := load(t, r, model), load(t, r, model, "none")
	if p := fast.Report(); p.Delegate != "xnnpack" || 2*p.Delegated <= p.Nodes || p.Parts < 1 || p.Reason != "" {
		t.Errorf("xnnpack takes %+v, want most nodes", p)
	}
	if p := plain.Report(); p.Delegate != "none" || p.Delegated != 0 || p.Nodes != fast.Report().Nodes {
		t.Errorf("plain kernels report %+v", p)
	}
	var ratios []float64
	for range 9 {
		ratios = append(ratios, spend(t, plain).Seconds()/spend(t, fast).Seconds())
	}
	slices.Sort(ratios)
	ratio := ratios[len(ratios)/2]
	t.Logf("%v; plain kernels take %.1f times as long", fast.Report(), ratio)
	if ratio < 2 {
		t.Errorf("plain kernels take %.2f times as long, want at least 2", ratio)
	}
}

func load(t testing.TB, r *tflite.Runtime, model []byte, delegates ...string) engine.Session {
	t.Helper()
	s, err := r.Load(model, engine.Options{Delegates: delegates})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// spend is the time of 50 inferences.
func spend(t *testing.T, s engine.Session) time.Duration {
	t.Helper()
	start := time.Now()
	for range 50 {
		if err := s.Invoke(); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(start)
}

// The expected counts come from reading the models: TensorFlow Lite's own kernels cannot be delegated away unseen.
func TestReport(t *testing.T) {
	r := open(t)
	model := file(t, testdata, "two_by_two.tflite")
	for name, c := range map[string]struct {
		delegates []string
		delegate  string
		reason    string
	}{
		"default":          {nil, "xnnpack", ""},
		"none":             {[]string{"none"}, "none", ""},
		"none stops":       {[]string{"none", "xnnpack"}, "none", ""},
		"unknown":          {[]string{"npu"}, "none", "npu (unknown_delegate): not a delegate of this program"},
		"unknown, xnnpack": {[]string{"npu", "xnnpack"}, "xnnpack", "npu (unknown_delegate): not a delegate of this program"},
		"gpu":              {[]string{"gpu", "xnnpack"}, "xnnpack", "gpu (no_symbol): this library is built without the GPU delegate"},
	} {
		t.Run(name, func(t *testing.T) {
			p := load(t, r, model, c.delegates...).Report()
			if p.Delegate != c.delegate || (p.Reason == "") != (c.reason == "") || !strings.HasPrefix(p.Reason, c.reason) || p.Nodes != 3 {
				t.Errorf("got %+v", p)
			}
		})
	}
}

// Delegates that fail somewhere: the model runs on plain kernels and the report says why.
func TestDelegateFails(t *testing.T) {
	const start = `#include <tensorflow/lite/c/c_api.h>
static TfLiteStatus refuse(TfLiteContext* c, TfLiteDelegate* d) { c->ReportError(c, "no device %s, code %d", "/dev/npu0", 7); return kTfLiteDelegateError; }
static TfLiteStatus nothing(TfLiteContext* c, TfLiteDelegate* d) { return kTfLiteOk; }
static TfLiteDelegate fake;
int TfLiteXNNPackDelegateGetFlags(TfLiteDelegate* d) { return FLAGS; }
void TfLiteXNNPackDelegateDelete(TfLiteDelegate* d) {}
TfLiteDelegate* TfLiteXNNPackDelegateCreate(const void* o) { fake.Prepare = PREPARE; return FAKE; }
`
	for name, c := range map[string]struct{ source, reason string }{
		"not created":        {"#define FAKE 0\n#define PREPARE 0\n#define FLAGS 3\n" + start, "xnnpack (create_failed): the delegate could not be created"},
		"flags lost":         {"#define FAKE &fake\n#define PREPARE nothing\n#define FLAGS 0\n" + start, "xnnpack (version_mismatch): the int8 flags did not reach the delegate"},
		"takes nothing":      {"#define FAKE &fake\n#define PREPARE nothing\n#define FLAGS 3\n" + start, "xnnpack (no_nodes): took none of 6 operators"},
		"fails":              {"#define FAKE &fake\n#define PREPARE refuse\n#define FLAGS 3\n" + start, "no device /dev/npu0, code 7"},
		"unknown option set": {`const char* TfLiteVersion(void) { return "2.10.1"; }`, "the XNNPACK options of version 2.10 are not known"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := enginetest.Child(t, "load", tflite.EnvLibrary+"="+impostor(t, c.source), modelEnv+"=conv_int8.tflite")
			if err != nil || !strings.Contains(out, "none(0/6)") || !strings.Contains(out, c.reason) {
				t.Errorf("%v: %q does not say %q", err, out, c.reason)
			}
		})
	}
}

// A dense layer with one scale per channel is silently wrong before 2.12: refused there, accepted from there on.
func TestPerChannelDense(t *testing.T) {
	old := `const char* TfLiteVersion(void) { return "2.11.0"; }`
	wantChildFails(t, impostor(t, old), "dense_per_channel.tflite", "FULLY_CONNECTED weights")
	if out, err := enginetest.Child(t, "load", tflite.EnvLibrary+"="+impostor(t, old), modelEnv+"=conv_int8.tflite"); err != nil {
		t.Errorf("the form for old libraries is refused: %v: %s", err, out)
	}
	load(t, open(t), file(t, testdata, "dense_per_channel.tflite"))
}
