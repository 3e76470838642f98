package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Completeness says how much of one stream of one epoch the hub has: of the numbers 1 … Head that the device is known
// to have given, Delivered came, Gaps never will, and Waiting are still to come.
type Completeness struct {
	Stream    wire.Stream
	Epoch     wire.Epoch
	UpTo      uint64 // acknowledged: everything up to here is delivered or a gap
	Head      uint64
	Delivered uint64
	Waiting   uint64
	Gaps      map[wire.Cause]uint64
	Lives     int       // openings of the spool that showed numbers
	First     time.Time // receipt of the first batch
	Last      time.Time // receipt of the latest batch
}

// Streams lists the completeness of every stream and epoch of a device: by stream, and within it the newest epoch
// first. An unknown device has none.
func (s *Store) Streams(ctx context.Context, dev Device) ([]Completeness, error) {
	all, err := scanAll(completenessOf)(s.read.QueryContext(ctx, `
		SELECT r.stream, r.epoch, r.upto, r.delivered, r.gaps, r.first_us, r.last_us,
			(SELECT COALESCE(MAX(head), 0) FROM lives WHERE receipt = r.id), (SELECT COUNT(*) FROM lives WHERE receipt = r.id)
		FROM receipts r JOIN devices d ON d.id = r.device
		WHERE d.tenant = $1 AND d.name = $2 ORDER BY r.stream, r.id DESC`, dev.Tenant, dev.Name))
	if err != nil {
		return nil, fmt.Errorf("read completeness of %v: %w", dev, err)
	}
	return all, nil
}

func completenessOf(row scanner) (Completeness, error) {
	var r Receipt
	var epoch, delivered, gaps []byte
	var first, last int64
	c := Completeness{Gaps: map[wire.Cause]uint64{}}
	err := row.Scan(&r.Stream, &epoch, &c.UpTo, &delivered, &gaps, &first, &last, &c.Head, &c.Lives)
	if err == nil {
		err = exactly(c.Epoch[:], epoch)
	}
	if err == nil {
		err = r.decode(delivered, gaps)
	}
	if err != nil {
		return c, err
	}
	c.Stream, c.First, c.Last = r.Stream, fromMicros(first), fromMicros(last)
	c.Delivered = r.Delivered.Count()
	for _, cause := range r.Gaps.Causes() {
		c.Gaps[cause] = r.Gaps[cause].Count()
	}
	if n := r.Union().Count(); c.Head > n {
		c.Waiting = c.Head - n
	}
	return c, nil
}
