package tflite_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

const motions = "../../examples/models/motions/1/model.tflite"

// Models with random bytes changed are refused or run; they crash nothing. The process that loads them is a child, so
// that a crash inside the library is a failure with a seed and not the end of the tests.
func TestDamagedModels(t *testing.T) { enginetest.RunDamaged(t, "damage") }

// damage is the child.
func damage() {
	r, err := tflite.Open(tflite.Config{})
	check(err)
	check(enginetest.Damage(r, []string{
		testdata + "/conv_int8.tflite", testdata + "/conv_float.tflite", testdata + "/two_by_two.tflite",
		testdata + "/dense_per_channel.tflite", motions, keywords,
	}, func([]byte) bool { return false }))
}
