package spool

import (
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// headroom is the part of the file that stays free for bbolt: pages that a transaction frees are usable only after it.
func (c *Config) headroom() int64 { return c.Max / 8 }

// evict makes room for the group (rule D2): the least class first, in each stream the oldest records.
func (w *work) evict(tx *bbolt.Tx) error {
	want := w.want
	if want == 0 {
		over := w.s.file.used(tx) + w.incoming() - (w.s.cfg.Max - w.s.cfg.headroom())
		if over <= 0 {
			return nil
		}
		want = max(over, w.s.cfg.Max/64)
	}
	order := w.s.byClass()
	slices.Reverse(order)
	for _, st := range order {
		if want <= 0 {
			return nil
		}
		freed, err := w.evictFrom(tx, st, want)
		if err != nil {
			return err
		}
		want -= freed
	}
	return nil
}

// incoming is what the group will take in the file, pages' heads and copies included.
func (w *work) incoming() int64 {
	var n int64
	for _, g := range []group{w.g, w.extra} {
		for _, q := range g {
			n += int64(cost(len(q.buf), q.len()))
		}
	}
	return n + n/4
}

func (w *work) evictFrom(tx *bbolt.Tx, st wire.Stream, want int64) (freed int64, err error) {
	b := tx.Bucket([]byte(bucketStream + string(st)))
	if b == nil {
		return 0, nil
	}
	str := w.streams[st]
	var keys []uint64
	c := b.Cursor()
	for k, v := c.Seek(recordKey(str.Base, str.Low)); k != nil && freed < want; k, v = c.Next() {
		if len(k) != 8 {
			return 0, errDamaged
		}
		keys = append(keys, binary.BigEndian.Uint64(k))
		freed += int64(cost(len(v), 1))
		str.Bytes -= int64(len(v))
	}
	if len(keys) == 0 {
		return 0, nil
	}
	str.cover(str.Low, keys[len(keys)-1]-str.Base, wire.Evicted)
	w.streams[st] = str
	return freed, deleteKeys(b, keys)
}

// deletions bounds what one commit deletes of each stream: a transaction keeps every page it touches in memory.
const deletions = 16384

// delete removes what was acknowledged or refused (rule D3).
func (w *work) delete(tx *bbolt.Tx) error {
	for st, str := range w.streams {
		b := tx.Bucket([]byte(bucketStream + string(st)))
		if b == nil {
			continue
		}
		keys, err := acknowledged(b, str.Base+str.Low)
		if err != nil {
			return err
		}
		w.leftover = w.leftover || len(keys) == deletions
		keys = append(keys, w.s.gone[st]...)
		for _, k := range keys {
			str.Bytes -= int64(len(b.Get(binary.BigEndian.AppendUint64(nil, k))))
		}
		w.streams[st] = str
		if err := deleteKeys(b, keys); err != nil {
			return err
		}
	}
	return nil
}

func acknowledged(b *bbolt.Bucket, low uint64) (keys []uint64, err error) {
	c := b.Cursor()
	for k, _ := c.First(); k != nil && len(keys) < deletions; k, _ = c.Next() {
		if len(k) != 8 {
			return nil, errDamaged
		}
		n := binary.BigEndian.Uint64(k)
		if n >= low {
			break
		}
		keys = append(keys, n)
	}
	return keys, nil
}

func deleteKeys(b *bbolt.Bucket, keys []uint64) error {
	var buf [8]byte
	for _, k := range keys {
		binary.BigEndian.PutUint64(buf[:], k)
		if err := b.Delete(buf[:]); err != nil {
			return err
		}
	}
	return nil
}
