package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// QuarantineRow is a record that could not be decoded, as it came.
type QuarantineRow struct {
	Stamp
	Stream wire.Stream
	Reason string
	Data   []byte
}

// Quarantined returns the last limit records of a device that could not be decoded, the newest first. An unknown
// device has none.
func (s *Store) Quarantined(ctx context.Context, dev Device, limit int) ([]QuarantineRow, error) {
	all, err := scanAll(quarantineOf)(s.read.QueryContext(ctx, `
		SELECT c.stream, c.epoch, q.number, q.boot, q.at_us, q.received_us, b.offset_us, q.reason, q.data
		FROM quarantine q JOIN receipts c ON c.id = q.receipt JOIN devices d ON d.id = c.device
		LEFT JOIN boots b ON b.device = d.id AND b.boot = q.boot
		WHERE d.tenant = $1 AND d.name = $2 ORDER BY q.received_us DESC, q.number DESC LIMIT $3`, dev.Tenant, dev.Name, limit))
	if err != nil {
		return nil, fmt.Errorf("read quarantine of %v: %w", dev, err)
	}
	return all, nil
}

func quarantineOf(row scanner) (QuarantineRow, error) {
	var q QuarantineRow
	var epoch []byte
	var at, received int64
	var offset *int64
	if err := row.Scan(&q.Stream, &epoch, &q.Number, &q.Boot, &at, &received, &offset, &q.Reason, &q.Data); err != nil {
		return q, err
	}
	q.stamp(at, received, offset)
	return q, exactly(q.Epoch[:], epoch)
}

// AlarmRow is one alarm. First and Last are the numbers it is about.
type AlarmRow struct {
	ID     int64
	Device Device
	Stream wire.Stream
	Epoch  wire.Epoch
	Kind   string // as AlarmHubLost
	First  uint64
	Last   uint64
	Raised time.Time
}

// Alarms returns the last limit alarms of all devices, the newest first.
func (s *Store) Alarms(ctx context.Context, limit int) ([]AlarmRow, error) {
	all, err := scanAll(alarmOf)(s.read.QueryContext(ctx, `
		SELECT a.id, d.tenant, d.name, c.stream, c.epoch, a.kind, a.first, a.last, a.raised_us
		FROM alarms a JOIN receipts c ON c.id = a.receipt JOIN devices d ON d.id = c.device
		ORDER BY a.id DESC LIMIT $1`, limit))
	if err != nil {
		return nil, fmt.Errorf("read alarms: %w", err)
	}
	return all, nil
}

func alarmOf(row scanner) (AlarmRow, error) {
	var a AlarmRow
	var epoch []byte
	var raised int64
	err := row.Scan(&a.ID, &a.Device.Tenant, &a.Device.Name, &a.Stream, &epoch, &a.Kind, &a.First, &a.Last, &raised)
	if err != nil {
		return a, err
	}
	a.Raised = fromMicros(raised)
	return a, exactly(a.Epoch[:], epoch)
}
