package store

import (
	"context"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Stamp says which record it is and when it was made.
type Stamp struct {
	Epoch    wire.Epoch
	Number   uint64
	Boot     uint64
	At       time.Duration // CLOCK_BOOTTIME of the device
	Wall     time.Time     // zero until the device trusted its clock during that boot
	Received time.Time
}

// Time is the wall time when it is known, otherwise the time of receipt.
func (s Stamp) Time() time.Time {
	if s.Wall.IsZero() {
		return s.Received
	}
	return s.Wall
}

type rawRecord struct {
	Stamp
	data []byte
}

// latest returns up to limit records of a kind in a stream, the newest epoch first and within it the largest number
// first. It asks epoch by epoch, because an ORDER BY over all of them would read every record of the device.
func (s *Store) latest(ctx context.Context, device int64, st wire.Stream, k Kind, limit int) ([]rawRecord, error) {
	receipts, err := scanAll(scanID)(s.read.QueryContext(ctx,
		`SELECT id FROM receipts WHERE device = $1 AND stream = $2 ORDER BY id DESC`, device, string(st)))
	if err != nil {
		return nil, err
	}
	all := []rawRecord{}
	for _, id := range receipts {
		some, err := s.latestOf(ctx, id, k, limit-len(all))
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(all) >= limit {
			break
		}
	}
	return all, nil
}

func (s *Store) latestOf(ctx context.Context, receipt int64, k Kind, limit int) ([]rawRecord, error) {
	return scanAll(rawOf)(s.read.QueryContext(ctx, `
		SELECT c.epoch, r.number, r.boot, r.at_us, r.received_us, b.offset_us, r.data
		FROM records r JOIN receipts c ON c.id = r.receipt LEFT JOIN boots b ON b.device = c.device AND b.boot = r.boot
		WHERE r.receipt = $1 AND r.kind = $2 ORDER BY r.number DESC LIMIT $3`, receipt, uint8(k), limit))
}

func scanID(row scanner) (id int64, err error) {
	err = row.Scan(&id)
	return id, err
}

func rawOf(row scanner) (rawRecord, error) {
	var r rawRecord
	var epoch []byte
	var at, received int64
	var offset *int64
	if err := row.Scan(&epoch, &r.Number, &r.Boot, &at, &received, &offset, &r.data); err != nil {
		return r, err
	}
	r.stamp(at, received, offset)
	return r, exactly(r.Epoch[:], epoch)
}

func (s *Stamp) stamp(at, received int64, offset *int64) {
	s.At, s.Received = time.Duration(at)*time.Microsecond, fromMicros(received)
	if offset != nil {
		s.Wall = time.UnixMicro(at + *offset).UTC()
	}
}
