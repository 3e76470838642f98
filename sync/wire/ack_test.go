package wire_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

func acks(t *rapid.T) wire.Ack {
	a := wire.Ack{Epoch: wire.Epoch(array[[16]byte](t, "epoch")), Life: wire.Life(array[[8]byte](t, "life"))}
	if rapid.Bool().Draw(t, "rewind") {
		l := wire.Life(array[[8]byte](t, "newer"))
		a.Rewind = &l
	} else {
		a.UpTo = rapid.Uint64Range(0, wire.MaxNumber).Draw(t, "upto")
	}
	return a
}

func TestAckRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := acks(t)
		p, err := wire.EncodeAck(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.DecodeAck(p)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}

func TestEncodeAckRefusesNumbersBeyondAll(t *testing.T) {
	if _, err := wire.EncodeAck(nil, wire.Ack{UpTo: wire.MaxNumber + 1}); err == nil {
		t.Error("encoded")
	}
}

func TestDecodeAckRefuses(t *testing.T) {
	head := append(append([]byte{0x01, 0x50}, make([]byte, 16)...), append([]byte{0x02, 0x48}, make([]byte, 8)...)...)
	rewind := append([]byte{0x04, 0x48}, make([]byte, 8)...)
	for name, p := range map[string][]byte{
		"neither":        append([]byte{0xa2}, head...),
		"both":           append(append([]byte{0xa4}, head...), append([]byte{0x03, 0x00}, rewind...)...),
		"short rewind":   append(append([]byte{0xa3}, head...), 0x04, 0x41, 0x00),
		"empty rewind":   append(append([]byte{0xa3}, head...), 0x04, 0x40),
		"null number":    append(append([]byte{0xa3}, head...), 0x03, 0xf6),
		"negative":       append(append([]byte{0xa3}, head...), 0x03, 0x20),
		"number too big": append(append([]byte{0xa3}, head...), 0x03, 0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0),
		"short epoch":    {0xa3, 0x01, 0x41, 0x00, 0x02, 0x41, 0x00, 0x03, 0x00},
	} {
		if a, err := wire.DecodeAck(p); err == nil {
			t.Errorf("%s: got %+v", name, a)
		}
	}
	if _, err := wire.DecodeAck(append(append([]byte{0xa3}, head...), 0x03, 0x00)); err != nil {
		t.Errorf("the form that the others spoil: %v", err)
	}
}

func FuzzDecodeAck(f *testing.F) {
	for _, a := range []wire.Ack{{UpTo: 7}, {Rewind: &wire.Life{1}}} {
		p, err := wire.EncodeAck(nil, a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		a, err := wire.DecodeAck(p)
		if err != nil {
			return
		}
		if again, err := wire.EncodeAck(nil, a); err != nil || !bytes.Equal(p, again) {
			t.Fatalf("decoded %x, encoded %x, %v", p, again, err)
		}
	})
}
