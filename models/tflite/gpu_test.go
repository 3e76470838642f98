package tflite_test

import (
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

// The GPU is used only where the library exports it, by what the library itself takes for the usual options; and never
// on the boards where it is known not to work.
func TestGPU(t *testing.T) {
	const source = `#include <tensorflow/lite/c/c_api.h>
#include <string.h>
typedef struct { char bytes[88]; } options;
static TfLiteStatus prepare(TfLiteContext* c, TfLiteDelegate* d) { c->ReportError(c, "no OpenCL here, code %d", 3); return kTfLiteDelegateError; }
static TfLiteDelegate fake;
options TfLiteGpuDelegateOptionsV2Default(void) { options o; memset(&o, 7, sizeof o); return o; }
void TfLiteGpuDelegateV2Delete(TfLiteDelegate* d) {}
TfLiteDelegate* TfLiteGpuDelegateV2Create(const options* o) { fake.Prepare = prepare; return o->bytes[87] == 7 ? GIVEN : 0; }
`
	for name, c := range map[string]struct{ define, board, says string }{
		"refuses":      {"#define GIVEN &fake\n", "", "gpu (prepare_failed): build interpreter: no OpenCL here, code 3"},
		"not created":  {"#define GIVEN 0\n", "", "gpu (create_failed): the delegate could not be created"},
		"raspberry pi": {"#define GIVEN &fake\n", "Raspberry Pi 5 Model B Rev 1.0\x00", "gpu (not_offered): the GPU of a Raspberry Pi has no driver"},
		"jetson":       {"#define GIVEN &fake\n", "NVIDIA Jetson Orin Nano Developer Kit", "gpu (not_offered): the GPU of a Jetson has no driver"},
		"another":      {"#define GIVEN 0\n", "Radxa ROCK 5B", "gpu (create_failed)"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := enginetest.Child(t, "gpu", tflite.EnvLibrary+"="+impostor(t, c.define+source), modelEnv+"=conv_int8.tflite", boardEnv+"="+strings.TrimRight(c.board, "\x00"))
			if err != nil || !strings.Contains(out, "none(0/6)") || !strings.Contains(out, c.says) {
				t.Errorf("%v: %q does not say %q", err, out, c.says)
			}
		})
	}
}
