package ingest

import (
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Item is one decoded batch on its way into the store.
type Item struct {
	From   wire.Base
	Stream wire.Stream
	Batch  *wire.Batch

	values []any // for each record what it decodes to, or the error that says why it does not
}

// Decode makes an Item of a payload. An error means that nothing of it can be stored or acknowledged.
func Decode(from wire.Base, st wire.Stream, payload []byte) (Item, error) {
	it, err := decode(from, st, payload)
	if err != nil {
		return Item{}, fmt.Errorf("read batch of %s/%s %.64s: %w", from.Tenant, from.Device, st, err)
	}
	return it, nil
}

func decode(from wire.Base, st wire.Stream, payload []byte) (Item, error) {
	if err := from.Check(); err != nil {
		return Item{}, err
	}
	if !wire.ValidName(string(st)) {
		return Item{}, errors.New("the stream's name does not match [a-z0-9-]{1,64}")
	}
	b, err := wire.DecodeBatch(payload)
	if err != nil {
		return Item{}, err
	}
	if b.Boot > wire.MaxNumber {
		return Item{}, fmt.Errorf("boot %d is beyond %d", b.Boot, uint64(wire.MaxNumber))
	}
	for _, g := range b.Gaps {
		if g.Cause == wire.HubLost {
			return Item{}, fmt.Errorf("a device may not claim cause %v", g.Cause)
		}
	}
	return Item{From: from, Stream: st, Batch: b, values: values(b.Records)}, nil
}

func values(records []wire.Record) []any {
	all := make([]any, len(records))
	for i := range records {
		v, err := wire.DecodeRecord(records[i].Data)
		if err != nil {
			v = err
		}
		all[i] = v
	}
	return all
}

func (it *Item) device() store.Device {
	return store.Device{Tenant: it.From.Tenant, Name: it.From.Device}
}

// row is record i of the batch as the store takes it.
func (it *Item) row(i int, number uint64) store.Row {
	rec := &it.Batch.Records[i]
	w := store.Row{Number: number, Boot: it.Batch.Boot, At: rec.At, Data: rec.Data}
	switch v := it.values[i].(type) {
	case error:
		w.Reason = v.Error()
	case wire.Result:
		w.Kind = store.KindResult
	case wire.Definition:
		w.Kind = store.KindDefinition
	case wire.Event:
		w.Kind = store.KindEvent
	case wire.Counter:
		w.Kind = store.KindCounter
	case wire.Gauge:
		w.Kind = store.KindGauge
	default:
		w.Reason = fmt.Sprintf("no place for a %T", v)
	}
	return w
}
