package wire_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGolden holds the bytes of every payload: a device in the field must be understood by the next hub.
func TestGolden(t *testing.T) {
	for name, encode := range map[string]func() ([]byte, error){
		"batch": func() ([]byte, error) { return wire.EncodeBatch(nil, sample()) },
		"ack": func() ([]byte, error) {
			return wire.EncodeAck(nil, wire.Ack{Epoch: sample().Epoch, Life: sample().Life, UpTo: 70})
		},
		"ack-rewind": func() ([]byte, error) {
			return wire.EncodeAck(nil, wire.Ack{Epoch: sample().Epoch, Life: sample().Life, Rewind: &wire.Life{9}})
		},
		"result": func() ([]byte, error) { return wire.AppendResult(nil, result()), nil },
		"definition": func() ([]byte, error) {
			return wire.AppendDefinition(nil, wire.Definition{Pipeline: "activity", Model: "motions", Version: "1",
				Labels: []string{"running", "standing"}, Source: "imu", Threshold: 0.5, Engine: "tflite 2.21.0 xnnpack(9/11)"})
		},
		"event": func() ([]byte, error) {
			return wire.AppendEvent(nil, wire.Event{Name: wire.EventUncleanStop, Facts: map[string]any{"life": "b001", "records": int64(12), "back": int64(-1)}})
		},
		"counter": func() ([]byte, error) {
			return wire.AppendCounter(nil, wire.Counter{Owner: "source/imu", Cause: "ring_overrun", Total: 70000}), nil
		},
		"gauge": func() ([]byte, error) {
			return wire.AppendGauge(nil, wire.Gauge{Owner: "pipeline/activity", Name: "invoke_p50_us", Value: 49.25})
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := encode()
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", name+".hex"), p)
		})
	}
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(hex.EncodeToString(got)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

func TestDefinitionID(t *testing.T) {
	if id := wire.DefinitionID([]byte("abc")); id != 0xba7816bf { // FIPS 180-2, appendix B.1
		t.Errorf("got %#x", id)
	}
}
