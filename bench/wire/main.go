// Command wire measures a device's whole way to the hub on a real connection: uplink, MQTT, the hub's own broker, ingest
// and SQLite with full sync, all in this process on the loopback interface with Ethernet's segment size.
//
// It reports the bytes on the wire per result when results come in batches of 100, everything included: connect, birth,
// topics, answers, TCP and IP headers with time stamps, bare acknowledgements of segments. And it reports how many
// records of 200 bytes arrive per second, durable and acknowledged, from an outbox in memory.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

const (
	rounds   = 5
	perBatch = 100
	batches  = 50
	bulk     = 60_000
	target   = 24
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "wire:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "dunlin-wire-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var bytes, rates []float64
	for i := range rounds {
		each, err := inTown(ctx, filepath.Join(dir, fmt.Sprintf("bytes-%d.db", i)), bytesPerResult)
		if err != nil {
			return err
		}
		rate, err := inTown(ctx, filepath.Join(dir, fmt.Sprintf("rate-%d.db", i)), durableRate)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "wire: %.2f bytes per result, %.0f records/s\n", each, rate)
		bytes, rates = append(bytes, each), append(rates, rate)
	}
	each := report.Median(bytes)
	if err := report.Print(os.Stdout, report.Line{
		Figure: "wire bytes per result, batch of 100, everything included", Target: fmt.Sprintf("<= %d", target),
		Result: fmt.Sprintf("%.2f", each), OK: report.Met(each <= target),
	}); err != nil {
		return err
	}
	return report.Print(os.Stdout, report.Line{
		Figure: "uplink to hub, durable and acknowledged, 200 B, one device", Target: "reported (>= 20000 later)",
		Result: fmt.Sprintf("%.0f records/s", report.Median(rates)),
	})
}

// bytesPerResult commits perBatch results at a time, each group after the answer to the one before, and divides all
// bytes of the connection by the results.
func bytesPerResult(ctx context.Context, t *town) (float64, error) {
	for i := range batches {
		group := make([][]byte, perBatch)
		for k := range group {
			n := i*perBatch + k
			group[k] = wire.AppendResult(nil, wire.Result{Definition: 0xdeadbeef, Label: uint16(n % 4), Score: uint16(40_000 + 37*n), Flags: wire.Held})
		}
		t.box.Add(wire.Results, group...)
		if err := t.acked(ctx, wire.Results, uint64((i+1)*perBatch)); err != nil {
			return 0, err
		}
	}
	total, err := t.bytes()
	return float64(total) / (batches * perBatch), err
}

func durableRate(ctx context.Context, t *town) (float64, error) {
	event, err := wire.AppendEvent(nil, wire.Event{Name: "bench", Facts: map[string]any{"text": string(make([]byte, 180))}})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	t.box.AddCopies(wire.Events, bulk, event)
	err = t.acked(ctx, wire.Events, bulk)
	return bulk / time.Since(began).Seconds(), err
}
