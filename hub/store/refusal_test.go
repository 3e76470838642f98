package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestFullDiskIsNoRefusal: SQLite gives the same code when its file may not grow and when the disk is full.
func TestFullDiskIsNoRefusal(t *testing.T) {
	s := open(t)
	if _, err := s.Pragma(t.Context(), "max_page_count = 1"); err != nil { // it never goes below what is there
		t.Fatal(err)
	}
	err := s.Write(t.Context(), moment(), func(tx *store.Tx) error {
		r := receipt(t.Context(), t, tx, 1, wire.Results)
		return tx.Insert(t.Context(), r, []store.Row{{Number: 1, Kind: store.KindResult, Data: make([]byte, 1<<20)}})
	})
	if err == nil || !strings.Contains(err.Error(), "full") || store.Refused(err) {
		t.Errorf("a full disk: %v, refused %t", err, store.Refused(err))
	}
	ended, end := context.WithCancel(t.Context())
	end()
	err = s.Write(ended, moment(), func(*store.Tx) error { return nil })
	if err == nil || store.Refused(err) {
		t.Errorf("a cancelled write: %v, refused %t", err, store.Refused(err))
	}
}
