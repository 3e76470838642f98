package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// rowsAtOnce is how many records one INSERT carries: a statement per record costs twice as much.
const rowsAtOnce = 32

// statements are prepared once, at opening: what a transaction of ingest runs for every batch.
type statements struct {
	device, receipt, newReceipt, saveReceipt   *sql.Stmt
	lives, saveLife                            *sql.Stmt
	insert, insertMany, quarantine             *sql.Stmt
	boot, definition, counter, gauge, newAlarm *sql.Stmt
}

func (st *statements) each() map[**sql.Stmt]string {
	return map[**sql.Stmt]string{
		&st.device: `INSERT INTO devices (tenant, name, first_seen_us, last_seen_us) VALUES ($1, $2, $3, $3)
			ON CONFLICT (tenant, name) DO UPDATE SET last_seen_us = excluded.last_seen_us RETURNING id`,
		&st.receipt: `SELECT id, upto, delivered, gaps FROM receipts WHERE device = $1 AND epoch = $2 AND stream = $3`,
		&st.newReceipt: `INSERT INTO receipts (device, epoch, stream, delivered, gaps, first_us, last_us)
			VALUES ($1, $2, $3, $4, $4, $5, $5) RETURNING id`,
		&st.saveReceipt: `UPDATE receipts SET upto = $2, delivered = $3, gaps = $4, last_us = $5 WHERE id = $1`,
		&st.lives:       `SELECT life, first, head FROM lives WHERE receipt = $1 AND head >= $2 ORDER BY first, head`,
		&st.saveLife: `INSERT INTO lives (receipt, life, first, head) VALUES ($1, $2, $3, $4)
			ON CONFLICT (receipt, life) DO UPDATE SET first = excluded.first, head = excluded.head`,
		&st.insert:     insertRecords(1),
		&st.insertMany: insertRecords(rowsAtOnce),
		&st.quarantine: `INSERT INTO quarantine (receipt, number, boot, at_us, received_us, reason, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		&st.boot: `INSERT INTO boots (device, boot, offset_us, err_us) VALUES ($1, $2, $3, $4)
			ON CONFLICT (device, boot) DO UPDATE SET offset_us = excluded.offset_us, err_us = excluded.err_us`,
		&st.definition: `INSERT INTO definitions (device, def, data) VALUES ($1, $2, $3) ON CONFLICT (device, def) DO NOTHING`,
		&st.counter: `INSERT INTO ledger (device, epoch, owner, cause, value) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (device, epoch, owner, cause) DO UPDATE SET value = excluded.value WHERE excluded.value > ledger.value`,
		&st.gauge: `INSERT INTO gauges (device, owner, name, value, boot, at_us, received_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (device, owner, name) DO UPDATE SET value = excluded.value, boot = excluded.boot,
			at_us = excluded.at_us, received_us = excluded.received_us
			WHERE excluded.boot > gauges.boot OR (excluded.boot = gauges.boot AND excluded.at_us >= gauges.at_us)`,
		&st.newAlarm: `INSERT INTO alarms (receipt, kind, first, last, raised_us) VALUES ($1, $2, $3, $4, $5)`,
	}
}

func insertRecords(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO records (receipt, number, boot, at_us, received_us, kind, data) VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		p := i * recordColumns
		fmt.Fprintf(&b, "($%d, $%d, $%d, $%d, $%d, $%d, $%d)", p+1, p+2, p+3, p+4, p+5, p+6, p+7)
	}
	return b.String()
}

const recordColumns = 7

func (st *statements) prepare(ctx context.Context, db *sql.DB) error {
	for dst, text := range st.each() {
		var err error
		if *dst, err = db.PrepareContext(ctx, text); err != nil {
			return errors.Join(fmt.Errorf("prepare %.40q: %w", text, err), st.close())
		}
	}
	return nil
}

func (st *statements) close() error {
	var errs []error
	for stmt := range st.each() {
		if *stmt != nil {
			errs = append(errs, (*stmt).Close())
		}
	}
	return errors.Join(errs...)
}
