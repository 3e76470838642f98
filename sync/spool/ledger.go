package spool

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"

	"go.etcd.io/bbolt"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// causeMemoryFull counts records that were dropped before they had a number: the disk did not take them in time.
const causeMemoryFull = "memory_full"

// causeLostUntold counts the numbers of a lost epoch whose gap the hub refused: an upper bound, as the gap itself.
const causeLostUntold = "epoch_lost_untold"

func owner(st wire.Stream) string { return "spool/" + string(st) }

type entryKey struct{ owner, cause string }

// entry is one counter: how often it happened in this epoch, and what the last record of it said.
type entry struct {
	total, sent, stored uint64
}

type ledger map[entryKey]*entry

// maxEntries bounds the ledger: owners and causes come from configuration, never from measured data.
const maxEntries = 1024

// Count adds n to the ledger counter of owner and cause (rule D4). Owner is as "source/imu", cause as "ring_overrun";
// both are UTF-8 of at most 64 bytes, longer ones are cut. It does not wait for the disk.
func (s *Spool) Count(owner, cause string, n uint64) {
	if n == 0 {
		return
	}
	s.pending.mu.Lock()
	defer s.pending.mu.Unlock()
	s.pending.count(cutText(owner, 64), cutText(cause, 64), n)
}

func cutText(s string, n int) string {
	s = strings.ToValidUTF8(s, "?")
	for len(s) > n {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// count needs p.mu.
func (p *pending) count(owner, cause string, n uint64) {
	k := entryKey{owner, cause}
	e := p.ledger[k]
	if e == nil {
		if len(p.ledger) >= maxEntries {
			k = entryKey{"spool/ledger", "too_many"}
			if e = p.ledger[k]; e == nil {
				e = &entry{}
				p.ledger[k] = e
			}
		} else {
			e = &entry{}
			p.ledger[k] = e
		}
	}
	e.total += n
	p.touchLocked()
}

// change is one counter as a commit writes it.
type change struct {
	key  entryKey
	e    *entry
	was  entry
	send bool
}

// changes lists the counters that differ from what is stored or sent, in a fixed order. With send set, each that was
// not yet sent as it stands becomes a record.
func (p *pending) changes(send bool) []change {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []change
	for k, e := range p.ledger {
		if e.total != e.stored || send && e.total != e.sent {
			out = append(out, change{key: k, e: e, was: *e, send: send && e.total != e.sent})
		}
	}
	slices.SortFunc(out, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.key.owner, b.key.owner), cmp.Compare(a.key.cause, b.key.cause))
	})
	return out
}

// settle notes that changes were committed; it reports whether any counter is still to be sent.
func (p *pending) settle(list []change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range list {
		c.e.stored = c.was.total
		if c.send {
			c.e.sent = c.was.total
		}
	}
	for _, e := range p.ledger {
		if e.total != e.sent {
			p.touchLocked()
			return
		}
	}
}

// restart begins the counters of a new epoch: what no record has told yet is carried over.
func (p *pending) restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, e := range p.ledger {
		if e.total -= e.sent; e.total == 0 {
			delete(p.ledger, k)
			continue
		}
		e.sent, e.stored = 0, 0
	}
}

func (p *pending) load(l ledger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, e := range p.ledger { // counted while there was no file
		if l[k] == nil {
			l[k] = &entry{}
		}
		l[k].total += e.total - e.stored
	}
	p.ledger = l
}

func putLedger(b *bbolt.Bucket, list []change) error {
	for _, c := range list {
		sent := c.was.sent
		if c.send {
			sent = c.was.total
		}
		v := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, c.was.total), sent)
		if err := b.Put([]byte(c.key.owner+"\x00"+c.key.cause), v); err != nil {
			return err
		}
	}
	return nil
}

func readLedger(b *bbolt.Bucket) (ledger, error) {
	l := ledger{}
	err := b.ForEach(func(k, v []byte) error {
		owner, cause, ok := strings.Cut(string(k), "\x00")
		if !ok || len(v) != 16 {
			return errDamaged
		}
		e := &entry{total: binary.BigEndian.Uint64(v), sent: binary.BigEndian.Uint64(v[8:])}
		e.stored = e.total
		l[entryKey{owner, cause}] = e
		return nil
	})
	return l, err
}
