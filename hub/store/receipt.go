package store

import (
	"context"
	"fmt"

	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Receipt is what the hub holds of one stream of one epoch of one device.
type Receipt struct {
	Device Device
	Epoch  wire.Epoch
	Stream wire.Stream

	UpTo      uint64       // the largest number acknowledged: 1 … UpTo are all in Delivered or Gaps
	Delivered interval.Set // numbers whose records are stored
	Gaps      Gaps         // numbers that carry no record; none of them is in Delivered
	Lives     []wire.Span  // the range each life has shown; those that reach the number the receipt was loaded from

	id, device int64
}

// Union is every number that is delivered or in a gap.
func (r *Receipt) Union() interval.Set { return r.Delivered.Union(r.Gaps.All()) }

// Receipt loads the receipt of a stream and locks it until the transaction ends; an absent one is made. Of its lives
// come those whose numbers reach from: older ones cannot meet a batch that begins there.
func (t *Tx) Receipt(ctx context.Context, dev Device, e wire.Epoch, st wire.Stream, from uint64) (*Receipt, error) {
	r := &Receipt{Device: dev, Epoch: e, Stream: st}
	err := t.device(ctx, dev, &r.device)
	if err == nil {
		err = t.load(ctx, r)
	}
	if err == nil {
		r.Lives, err = scanAll(spanOf)(t.stmt(ctx, t.stmts.lives).QueryContext(ctx, r.id, int64(from)-1))
	}
	if err != nil {
		return nil, fmt.Errorf("load receipt of %v %s: %w", dev, st, err)
	}
	return r, nil
}

func (t *Tx) load(ctx context.Context, r *Receipt) error {
	found, err := scanAll(r.scan)(t.stmt(ctx, t.stmts.receipt).QueryContext(ctx, r.device, r.Epoch[:], string(r.Stream)))
	if err != nil || len(found) > 0 {
		return err
	}
	r.Gaps = Gaps{}
	return t.stmt(ctx, t.stmts.newReceipt).QueryRowContext(ctx, r.device, r.Epoch[:], string(r.Stream), []byte{}, t.now).Scan(&r.id)
}

// scan fills the receipt from its one row.
func (r *Receipt) scan(row scanner) (*Receipt, error) {
	var delivered, gaps []byte
	if err := row.Scan(&r.id, &r.UpTo, &delivered, &gaps); err != nil {
		return nil, err
	}
	return r, r.decode(delivered, gaps)
}

func (r *Receipt) decode(delivered, gaps []byte) (err error) {
	if r.Delivered, err = interval.Decode(delivered); err != nil {
		return fmt.Errorf("decode delivered numbers: %w", err)
	}
	r.Gaps, err = decodeGaps(gaps)
	return err
}

// Save stores the receipt's sets and the lives in shown.
func (t *Tx) Save(ctx context.Context, r *Receipt, shown []wire.Span) error {
	_, err := t.stmt(ctx, t.stmts.saveReceipt).ExecContext(ctx, r.id, r.UpTo, emptyNotNull(r.Delivered.Append(nil)),
		emptyNotNull(r.Gaps.appendTo(nil)), t.now)
	for _, s := range shown {
		if err != nil {
			break
		}
		_, err = t.stmt(ctx, t.stmts.saveLife).ExecContext(ctx, r.id, s.Life[:], s.From, s.Head)
	}
	if err != nil {
		return fmt.Errorf("save receipt of %v %s: %w", r.Device, r.Stream, err)
	}
	return nil
}

// emptyNotNull: the driver stores a nil slice as NULL.
func emptyNotNull(p []byte) []byte {
	if p == nil {
		return []byte{}
	}
	return p
}

func spanOf(row scanner) (wire.Span, error) {
	var s wire.Span
	var life []byte
	if err := row.Scan(&life, &s.From, &s.Head); err != nil {
		return s, err
	}
	return s, exactly(s.Life[:], life)
}

func exactly(dst, src []byte) error {
	if len(src) != len(dst) {
		return fmt.Errorf("%d bytes where %d are due", len(src), len(dst))
	}
	copy(dst, src)
	return nil
}
