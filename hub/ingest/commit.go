package ingest

import (
	"context"
	"time"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Store is what ingest needs of the database: one transaction, on disk when Write returns nil.
type Store interface {
	Write(ctx context.Context, received time.Time, do func(*store.Tx) error) error
}

// Outcome is what became of one Item once its transaction is on disk.
type Outcome struct {
	Item        *Item
	Ack         wire.Ack
	Records     []Record       // stored now, and never before
	Quarantined int            // records kept as they came, because they could not be decoded
	Lost        []interval.Run // rule H3
}

// Record is one record that was committed.
type Record struct {
	store.Stamp
	Value any // wire.Result, wire.Definition, wire.Event, wire.Counter or wire.Gauge
}

// Commit stores a group of items in one transaction, in their order, under the rules H1 to H5. What it returns may be
// acknowledged: it is on disk. After an error nothing of the group is stored, and nothing may be acknowledged.
func Commit(ctx context.Context, db Store, received time.Time, items []Item) ([]Outcome, error) {
	out := make([]Outcome, len(items))
	err := db.Write(ctx, received, func(tx *store.Tx) error {
		for i := range items {
			w := writer{tx: tx, item: &items[i], received: received}
			if err := w.write(ctx); err != nil {
				return err
			}
			out[i] = w.out
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// writer puts one item into a transaction.
type writer struct {
	tx       *store.Tx
	item     *Item
	received time.Time
	receipt  *store.Receipt
	out      Outcome
}

func (w *writer) write(ctx context.Context) (err error) {
	b := w.item.Batch
	w.receipt, err = w.tx.Receipt(ctx, w.item.device(), b.Epoch, w.item.Stream, From(b))
	if err != nil {
		return err
	}
	v := Judge(w.receipt, b)
	w.out = Outcome{Item: w.item, Ack: v.Ack, Lost: v.Lost}
	if v.Ack.Rewind != nil {
		return nil
	}
	if err := w.tx.Save(ctx, w.receipt, v.Shown); err != nil {
		return err
	}
	for _, run := range v.Lost {
		if err := w.tx.Alarm(ctx, w.receipt, store.AlarmHubLost, run); err != nil {
			return err
		}
	}
	if b.Clock != nil {
		if err := w.tx.Date(ctx, w.receipt, b.Boot, *b.Clock); err != nil {
			return err
		}
	}
	return w.records(ctx, v)
}

// records stores the records whose numbers are new.
func (w *writer) records(ctx context.Context, v Verdict) error {
	rows := make([]store.Row, 0, len(v.Fresh))
	for _, i := range v.Fresh {
		row := w.item.row(i, v.Numbers[i])
		if row.Reason != "" { // rule H5
			w.out.Quarantined++
			if err := w.tx.Quarantine(ctx, w.receipt, row); err != nil {
				return err
			}
			continue
		}
		if err := w.fact(ctx, row, w.item.values[i]); err != nil {
			return err
		}
		rows = append(rows, row)
		w.out.Records = append(w.out.Records, Record{w.stamp(row), w.item.values[i]})
	}
	return w.tx.Insert(ctx, w.receipt, rows)
}

// fact keeps what a record says beyond itself.
func (w *writer) fact(ctx context.Context, row store.Row, value any) error {
	switch v := value.(type) {
	case wire.Definition:
		return w.tx.Define(ctx, w.receipt, row.Data)
	case wire.Counter:
		return w.tx.Count(ctx, w.receipt, v)
	case wire.Gauge:
		return w.tx.Measure(ctx, w.receipt, row, v)
	}
	return nil
}

func (w *writer) stamp(row store.Row) store.Stamp {
	s := store.Stamp{Epoch: w.item.Batch.Epoch, Number: row.Number, Boot: row.Boot, At: row.At, Received: w.received}
	if c := w.item.Batch.Clock; c != nil {
		s.Wall = time.UnixMicro((row.At + c.Offset).Microseconds()).UTC()
	}
	return s
}
