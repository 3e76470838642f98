// Command ingest measures how many records a hub makes durable and acknowledges per second: encoded batches of 100
// records of 200 bytes from 20 devices go into hub/ingest over SQLite with full sync, each device with a window of
// four unacknowledged batches. No broker is between them.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

const (
	devices  = 20
	window   = 4
	perBatch = 100
	size     = 200
	rounds   = 5
	records  = 60_000 // in each round, over all devices
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "ingest:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "dunlin-ingest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var rates []float64
	for i := range rounds {
		rate, err := measure(ctx, filepath.Join(dir, fmt.Sprintf("%d.db", i)))
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "ingest: %.0f records/s\n", rate)
		rates = append(rates, rate)
	}
	return report.Print(os.Stdout, report.Line{
		Figure: "hub: durable ingest, 200 B, batches of 100, no broker", Target: "reported",
		Result: fmt.Sprintf("%.0f records/s", report.Median(rates)),
	})
}

// acks counts what is acknowledged, per device, and lets its sender go on.
type acks map[string]chan uint64

func (a acks) Publish(topic string, payload []byte) error {
	ack, err := wire.DecodeAck(payload)
	if err != nil {
		return err
	}
	a[topic] <- ack.UpTo
	return nil
}

func measure(ctx context.Context, path string) (float64, error) {
	db, err := store.Open(ctx, store.Config{Path: path})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	pub := acks{}
	for d := range devices {
		pub[base(d).Ack(wire.Results)] = make(chan uint64, 2*window)
	}
	in := ingest.New(db, pub, ingest.Config{})
	go func() { done <- in.Run(ctx) }()
	began := time.Now()
	err = send(ctx, in, pub)
	took := time.Since(began)
	stop()
	if runErr := <-done; err == nil {
		err = runErr
	}
	return records / took.Seconds(), err
}

func base(d int) wire.Base { return wire.Base{Tenant: "bench", Device: fmt.Sprintf("device-%d", d)} }

// send lets every device work at once and waits until each has all its records acknowledged.
func send(ctx context.Context, in *ingest.Ingest, pub acks) error {
	failed := make(chan error, devices)
	for d := range devices {
		go func() { failed <- device(ctx, in, base(d), pub[base(d).Ack(wire.Results)]) }()
	}
	var first error
	for range devices {
		if err := <-failed; first == nil {
			first = err
		}
	}
	return first
}

func device(ctx context.Context, in *ingest.Ingest, from wire.Base, acked <-chan uint64) error {
	const total = records / devices
	next, upto := uint64(1), uint64(0)
	for upto < total {
		for next <= total && next-upto <= window*perBatch {
			payload, err := wire.EncodeBatch(nil, batch(next, upto+1))
			if err != nil {
				return err
			}
			in.Handle(ctx, from, wire.Results, payload)
			next += perBatch
		}
		upto = max(upto, <-acked)
	}
	return nil
}

// batch is perBatch events of about size bytes each on the wire.
func batch(first, low uint64) *wire.Batch {
	life := wire.Life{1}
	b := &wire.Batch{Epoch: wire.Epoch{1}, Life: life, Boot: 1, Low: low, First: first,
		Lives: []wire.Span{{Life: life, From: 1, Head: first + perBatch - 1}}}
	text := strings.Repeat("x", size-20)
	for i := range perBatch {
		data, err := wire.AppendEvent(nil, wire.Event{Name: "bench", Facts: map[string]any{"text": text}})
		if err != nil {
			panic(err) // the event is a constant
		}
		b.Records = append(b.Records, wire.Record{At: time.Duration(first+uint64(i)) * time.Millisecond, Data: data})
	}
	return b
}
