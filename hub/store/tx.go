package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Tx is one transaction that writes. It is valid until the function it was given to returns.
type Tx struct {
	tx      *sql.Tx
	stmts   *statements
	now     int64            // microseconds since 1970: the moment of receipt of everything in this transaction
	devices map[Device]int64 // seen in this transaction
}

// Write runs do in one transaction and commits it. When it returns nil everything do wrote is on disk; when do or the
// commit fails, nothing is. received is the moment of receipt of all that do writes. One Write runs at a time.
func (s *Store) Write(ctx context.Context, received time.Time, do func(*Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing; the first error counts
	if err := do(&Tx{tx: tx, stmts: &s.stmts, now: toMicros(received), devices: map[Device]int64{}}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (t *Tx) stmt(ctx context.Context, s *sql.Stmt) *sql.Stmt { return t.tx.StmtContext(ctx, s) }

// device finds the device's row, makes it when it is new, and notes that it was seen.
func (t *Tx) device(ctx context.Context, dev Device, id *int64) error {
	if known, ok := t.devices[dev]; ok {
		*id = known
		return nil
	}
	if err := t.stmt(ctx, t.stmts.device).QueryRowContext(ctx, dev.Tenant, dev.Name, t.now).Scan(id); err != nil {
		return fmt.Errorf("find device %v: %w", dev, err)
	}
	t.devices[dev] = *id
	return nil
}

// Row is one record on its way into the store.
type Row struct {
	Number uint64
	Boot   uint64
	At     time.Duration // CLOCK_BOOTTIME of the device
	Kind   Kind
	Data   []byte
	Reason string // why the record could not be decoded; only for Quarantine
}

// Kind is the first element of a record's payload.
type Kind uint8

// The kinds of records, as on the wire.
const (
	KindResult     Kind = 1
	KindDefinition Kind = 2
	KindEvent      Kind = 3
	KindCounter    Kind = 4
	KindGauge      Kind = 5
)

// Insert stores records whose numbers r did not hold before.
func (t *Tx) Insert(ctx context.Context, r *Receipt, rows []Row) error {
	var err error
	many := make([]any, 0, rowsAtOnce*recordColumns)
	for len(rows) >= rowsAtOnce && err == nil {
		many = t.args(many[:0], r, rows[:rowsAtOnce])
		_, err = t.stmt(ctx, t.stmts.insertMany).ExecContext(ctx, many...)
		rows = rows[rowsAtOnce:]
	}
	for i := range rows {
		if err != nil {
			break
		}
		_, err = t.stmt(ctx, t.stmts.insert).ExecContext(ctx, t.args(many[:0], r, rows[i:i+1])...)
	}
	if err != nil {
		return fmt.Errorf("insert records of %v %s: %w", r.Device, r.Stream, err)
	}
	return nil
}

func (t *Tx) args(dst []any, r *Receipt, rows []Row) []any {
	for i := range rows {
		w := &rows[i]
		dst = append(dst, r.id, w.Number, w.Boot, w.At.Microseconds(), t.now, uint8(w.Kind), emptyNotNull(w.Data))
	}
	return dst
}

// Quarantine keeps a record that could not be decoded, as it came. Its number counts as delivered.
func (t *Tx) Quarantine(ctx context.Context, r *Receipt, w Row) error {
	_, err := t.stmt(ctx, t.stmts.quarantine).ExecContext(ctx, r.id, w.Number, w.Boot, w.At.Microseconds(), t.now, w.Reason, emptyNotNull(w.Data))
	if err != nil {
		return fmt.Errorf("quarantine record %d of %v %s: %w", w.Number, r.Device, r.Stream, err)
	}
	return nil
}

// Date notes what a device knows of wall time during a boot.
func (t *Tx) Date(ctx context.Context, r *Receipt, boot uint64, c wire.Clock) error {
	_, err := t.stmt(ctx, t.stmts.boot).ExecContext(ctx, r.device, boot, c.Offset.Microseconds(), c.Err.Microseconds())
	if err != nil {
		return fmt.Errorf("date boot %d of %v: %w", boot, r.Device, err)
	}
	return nil
}
