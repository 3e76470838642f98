package wire_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Bytes of headers, without Ethernet: IPv4 20, TCP 20, time stamp option 12 (Linux sends it on every segment).
const (
	segmentHeaders = 20 + 20 + 12
	segmentPayload = 1500 - segmentHeaders
)

// onTheWire is an MQTT 3.1.1 PUBLISH at QoS 0 over TCP with the other side's bare acknowledgement of the segments.
func onTheWire(topic string, payload []byte) int {
	remaining := 2 + len(topic) + len(payload)
	publish := 1 + 1 + remaining
	for n := remaining; n >= 128; n >>= 7 {
		publish++
	}
	segments := (publish + segmentPayload - 1) / segmentPayload
	return publish + segments*segmentHeaders + segmentHeaders
}

// TestBytesPerResult: a batch of 100 results costs at most 24 bytes each, with topic, MQTT, TCP and the hub's answer.
func TestBytesPerResult(t *testing.T) {
	base := wire.Base{Tenant: "acme", Device: "pump-17"}
	life := wire.Life{1}
	b := &wire.Batch{Epoch: wire.Epoch{1}, Life: life, Boot: 12, Low: 1_000_001, First: 1_000_001,
		Lives: []wire.Span{{Life: life, From: 900_001, Head: 1_000_100}}}
	for i := range 100 {
		r := wire.Result{Definition: 0xdeadbeef, Label: uint16(i % 4), Score: uint16(40000 + 200*i), Flags: wire.Held}
		b.Records = append(b.Records, wire.Record{At: 240*time.Hour + time.Duration(i)*500*time.Millisecond, Data: wire.AppendResult(nil, r)})
	}
	data, err := wire.EncodeBatch(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := wire.EncodeAck(nil, wire.Ack{Epoch: b.Epoch, Life: life, UpTo: 1_000_100})
	if err != nil {
		t.Fatal(err)
	}
	up, down := onTheWire(base.Data(wire.Results), data), onTheWire(base.Ack(wire.Results), answer)
	each := float64(up+down) / float64(len(b.Records))
	t.Logf("batch %d B, up %d B, down %d B: %.2f bytes per result", len(data), up, down, each)
	if each > 24 {
		t.Errorf("%.2f bytes per result, more than 24", each)
	}
}
