package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// noLimit keeps eviction out of the comparison: bare bbolt does none.
const noLimit = 1 << 30

// spoolRate is how many records per second the spool appends and commits.
func spoolRate(ctx context.Context, dir string) (float64, error) {
	s, err := spool.Open(dir, spool.Config{Max: noLimit})
	if err != nil {
		return 0, err
	}
	record := make([]byte, recordSize)
	start, n := time.Now(), uint64(0)
	for time.Since(start) < perRound {
		for range group {
			binary.BigEndian.PutUint64(record, n)
			if err := s.Append(wire.Results, time.Duration(n)*time.Microsecond, record); err != nil {
				return 0, errors.Join(err, s.Close())
			}
			n++
		}
		if err := s.Flush(ctx); err != nil {
			return 0, errors.Join(err, s.Close())
		}
	}
	rate := float64(n) / time.Since(start).Seconds()
	if head := s.Stats().Streams[wire.Results].Head; head != n {
		return 0, errors.Join(fmt.Errorf("%d of %d records were committed", head, n), s.Close())
	}
	return rate, s.Close()
}

// rawRate is the same with nothing but bbolt: one bucket, growing keys, one transaction for each group.
func rawRate(path string) (float64, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return 0, err
	}
	record := make([]byte, recordSize)
	start, n := time.Now(), uint64(0)
	for time.Since(start) < perRound {
		err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("records"))
			if err != nil {
				return err
			}
			b.FillPercent = 1
			for range group {
				if err := b.Put(binary.BigEndian.AppendUint64(nil, n), record); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			return 0, errors.Join(err, db.Close())
		}
	}
	rate := float64(n) / time.Since(start).Seconds()
	return rate, db.Close()
}
