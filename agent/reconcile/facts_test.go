package reconcile_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestLongReason: a reason that no record can hold is cut between two characters, and told.
func TestLongReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, map[string]func(int, []float32) error{"1": turns, "2": turns})
		defer d.end()
		d.ask(2)
		d.after(2 * time.Second) // on trial
		if err := d.shelf.Revert("activity", "x"+strings.Repeat("é", wire.MaxText)+"\xff"); err != nil {
			t.Fatal(err)
		}
		d.after(2 * time.Second)
		reason, _ := d.book.last(wire.EventModelReverted)["reason"].(string)
		if len(reason) > wire.MaxText || len(reason) < wire.MaxText-8 || !utf8.ValidString(reason) || !strings.HasSuffix(reason, "é…") {
			t.Errorf("told: %d bytes, %q", len(reason), reason[max(len(reason)-20, 0):])
		}
	})
}
