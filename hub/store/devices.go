package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// DeviceRow is one device with what it last said of itself.
type DeviceRow struct {
	Device
	FirstSeen time.Time
	LastSeen  time.Time // of its last batch or state
	State     []byte    // JSON, as wire.DecodeState reads it; empty until the device said anything
	StateAt   time.Time // when State came; zero with an empty State
}

// ErrUnknownDevice is what reads of one device return when it never sent anything.
var ErrUnknownDevice = errors.New("unknown device")

// SaveState keeps the device's state (JSON) and notes that it was seen. Whether an older connection's late will should
// overwrite a newer one is the caller's to decide.
func (s *Store) SaveState(ctx context.Context, dev Device, state []byte, received time.Time) error {
	_, err := s.write.ExecContext(ctx, `INSERT INTO devices (tenant, name, first_seen_us, last_seen_us, state, state_us)
		VALUES ($1, $2, $4, $4, $3, $4)
		ON CONFLICT (tenant, name) DO UPDATE SET state = excluded.state, state_us = excluded.state_us,
		last_seen_us = excluded.last_seen_us`, dev.Tenant, dev.Name, string(state), toMicros(received))
	if err != nil {
		return fmt.Errorf("save state of %v: %w", dev, err)
	}
	return nil
}

const deviceColumns = `tenant, name, first_seen_us, last_seen_us, state, state_us`

// Devices lists all devices by tenant and name.
func (s *Store) Devices(ctx context.Context) ([]DeviceRow, error) {
	all, err := scanAll(deviceOf)(s.read.QueryContext(ctx, `SELECT `+deviceColumns+` FROM devices ORDER BY tenant, name`))
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	return all, nil
}

// Device returns one device, or ErrUnknownDevice.
func (s *Store) Device(ctx context.Context, dev Device) (DeviceRow, error) {
	row := s.read.QueryRowContext(ctx, `SELECT `+deviceColumns+` FROM devices WHERE tenant = $1 AND name = $2`, dev.Tenant, dev.Name)
	d, err := deviceOf(row)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrUnknownDevice
	}
	if err != nil {
		return DeviceRow{}, fmt.Errorf("read device %v: %w", dev, err)
	}
	return d, nil
}

func deviceOf(row scanner) (DeviceRow, error) {
	var d DeviceRow
	var state string
	var first, last, at int64
	err := row.Scan(&d.Tenant, &d.Name, &first, &last, &state, &at)
	d.FirstSeen, d.LastSeen, d.State, d.StateAt = fromMicros(first), fromMicros(last), []byte(state), fromMicros(at)
	return d, err
}

// id is the row of a device, or ErrUnknownDevice.
func (s *Store) id(ctx context.Context, dev Device) (int64, error) {
	var id int64
	err := s.read.QueryRowContext(ctx, `SELECT id FROM devices WHERE tenant = $1 AND name = $2`, dev.Tenant, dev.Name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrUnknownDevice
	}
	if err != nil {
		return 0, fmt.Errorf("find device %v: %w", dev, err)
	}
	return id, nil
}
