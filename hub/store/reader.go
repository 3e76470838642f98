package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/dunlin-iot/dunlin/hub/store/interval"
)

// Reader looks at a database, running hub or not, and changes nothing in it.
type Reader struct{ db *sql.DB }

// OpenReader opens an existing database for reading. It neither makes nor migrates tables.
func OpenReader(path string) (*Reader, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open database %q: %w", path, err)
	}
	db, err := connect(path, 1, reading())
	if err != nil {
		return nil, fmt.Errorf("open database %q: %w", path, err)
	}
	return &Reader{db}, nil
}

// Close ends the connection.
func (r *Reader) Close() error { return r.db.Close() }

// Claim is what the database says of one (device, epoch, stream), both in its receipt and in its rows.
type Claim struct {
	Receipt              // Lives holds all of them
	Damage  error        // not nil when the receipt cannot be read: Delivered and Gaps are then empty
	Rows    interval.Set // numbers of the rows of records and quarantine
	Twice   interval.Set // numbers that more than one row carries
	Odd     uint64       // rows whose number is below 1
}

// Audit calls visit for every claim, by device, stream and epoch, all from one moment of the database, and returns how
// many rows belong to no receipt at all.
func (r *Reader) Audit(ctx context.Context, visit func(*Claim) error) (orphans uint64, err error) {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("begin reading: %w", named(err))
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	claims, err := scanAll(claimOf)(tx.QueryContext(ctx, `
		SELECT r.id, d.tenant, d.name, r.stream, r.epoch, r.upto, r.delivered, r.gaps
		FROM receipts r JOIN devices d ON d.id = r.device ORDER BY d.tenant, d.name, r.stream, r.id`))
	if err != nil {
		return 0, fmt.Errorf("read receipts: %w", named(err))
	}
	for _, c := range claims {
		if err := c.fill(ctx, tx); err != nil {
			return 0, fmt.Errorf("read rows of %v %s: %w", c.Device, c.Stream, err)
		}
		if err := visit(c); err != nil {
			return 0, err
		}
	}
	return strays(ctx, tx)
}

func claimOf(row scanner) (*Claim, error) {
	c := &Claim{}
	var epoch, delivered, gaps []byte
	var upto int64
	err := row.Scan(&c.id, &c.Device.Tenant, &c.Device.Name, &c.Stream, &epoch, &upto, &delivered, &gaps)
	if err != nil {
		return nil, err
	}
	c.UpTo = uint64(max(upto, 0))
	c.Damage = errors.Join(exactly(c.Epoch[:], epoch), c.decode(delivered, gaps))
	if upto < 0 {
		c.Damage = errors.Join(c.Damage, fmt.Errorf("acknowledged up to %d", upto))
	}
	if c.Damage != nil {
		c.Delivered, c.Gaps = interval.Set{}, Gaps{}
	}
	return c, nil
}

// fill reads the lives and the numbers of all rows.
func (c *Claim) fill(ctx context.Context, tx *sql.Tx) (err error) {
	c.Lives, err = scanAll(spanOf)(tx.QueryContext(ctx,
		`SELECT life, first, head FROM lives WHERE receipt = $1 ORDER BY first, head`, c.id))
	if err != nil {
		c.Damage = errors.Join(c.Damage, fmt.Errorf("read lives: %w", err))
	}
	rows, err := tx.QueryContext(ctx, `SELECT number FROM records WHERE receipt = $1
		UNION ALL SELECT number FROM quarantine WHERE receipt = $1 ORDER BY number`, c.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var t tally
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return err
		}
		t.add(n)
	}
	c.Rows, c.Twice, c.Odd = interval.Of(t.runs...), interval.Of(t.twice...), t.odd
	return rows.Err()
}

// tally takes numbers in ascending order.
type tally struct {
	runs, twice []interval.Run
	odd         uint64
}

func (t *tally) add(number int64) {
	n, last := uint64(number), len(t.runs)-1
	switch {
	case number < 1:
		t.odd++
	case last >= 0 && t.runs[last].Last == n:
		t.twice = append(t.twice, interval.Run{First: n, Last: n})
	case last >= 0 && t.runs[last].Last+1 == n:
		t.runs[last].Last = n
	default:
		t.runs = append(t.runs, interval.Run{First: n, Last: n})
	}
}

// strays counts what no claim covers: rows of records and quarantine without a receipt, receipts without a device.
func strays(ctx context.Context, tx *sql.Tx) (n uint64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT
		(SELECT COUNT(*) FROM records WHERE receipt NOT IN (SELECT id FROM receipts)) +
		(SELECT COUNT(*) FROM quarantine WHERE receipt NOT IN (SELECT id FROM receipts)) +
		(SELECT COUNT(*) FROM receipts WHERE device NOT IN (SELECT id FROM devices))`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count rows without a receipt: %w", err)
	}
	return n, nil
}
