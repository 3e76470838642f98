package spool

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Names inside spool.db. Buckets of streams begin with a prefix, so that no name of a stream can meet the others.
const (
	bucketMeta   = "meta"
	bucketLedger = "ledger"
	bucketStream = "s/"
	keyHeader    = "header"
	keyStream    = "stream/"
	keyLives     = "lives/"
	fileFormat   = 1
)

// header is what the file says of itself.
type header struct {
	Format     int        `json:"format"`
	Epoch      wire.Epoch `json:"epoch"`
	Life       wire.Life  `json:"life"`
	Boot       uint64     `json:"boot"`
	Dirty      bool       `json:"dirty"`
	LastCommit int64      `json:"last_commit_us"`
	Untold     []closing  `json:"untold,omitempty"`
}

// closing says which epoch ended before this file's and why. It stays in the header until the transaction that holds
// the event that tells it: nothing that happens before must silence it.
type closing struct {
	Epoch  string `json:"epoch"`
	Reason string `json:"reason"`
}

func recordKey(base, number uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, base+number)
}

// metaWriter puts JSON values and leaves out those that are in the file already.
type metaWriter struct {
	bucket *bbolt.Bucket
	known  map[string]string // what the file holds
	fresh  map[string]string // what this transaction put
}

func (m *metaWriter) put(key string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", key, err)
	}
	if m.known[key] == string(text) {
		return nil
	}
	m.fresh[key] = string(text)
	return m.bucket.Put([]byte(key), text)
}

// content is everything that an open file says, records excepted.
type content struct {
	header  header
	streams map[wire.Stream]stream
	ledger  ledger
	meta    map[string]string
}

func readContent(f *file) (*content, error) {
	c := &content{streams: map[wire.Stream]stream{}, meta: map[string]string{}}
	err := f.view(func(tx *bbolt.Tx) error {
		meta, counters := tx.Bucket([]byte(bucketMeta)), tx.Bucket([]byte(bucketLedger))
		if meta == nil || counters == nil {
			return errDamaged
		}
		if err := meta.ForEach(func(k, v []byte) error {
			c.meta[string(k)] = string(v)
			return nil
		}); err != nil {
			return err
		}
		var err error
		c.ledger, err = readLedger(counters)
		return err
	})
	if err == nil {
		err = c.parse()
	}
	return c, err
}

func (c *content) parse() error {
	if err := c.decode(keyHeader, &c.header); err != nil {
		return err
	}
	if c.header.Format != fileFormat || c.header.Epoch == (wire.Epoch{}) {
		return fmt.Errorf("format %d: %w", c.header.Format, errDamaged)
	}
	for key := range c.meta {
		name, ok := strings.CutPrefix(key, keyStream)
		if !ok {
			continue
		}
		var s stream
		if err := c.decode(key, &s); err != nil {
			return err
		}
		if err := c.decode(keyLives+name, &s.segs); err != nil {
			return err
		}
		if !wire.ValidName(name) || !s.valid() {
			return fmt.Errorf("stream %q: %w", name, errDamaged)
		}
		c.streams[wire.Stream(name)] = s
	}
	return nil
}

func (c *content) decode(key string, v any) error {
	if err := json.Unmarshal([]byte(c.meta[key]), v); err != nil {
		return fmt.Errorf("%s: %w: %w", key, errDamaged, err)
	}
	return nil
}
