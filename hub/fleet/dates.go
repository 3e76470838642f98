package fleet

import (
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hub/store"
)

// dates tells when records were made on devices that do not trust their clock. Wall time is boottime plus an offset;
// a record is received after it was made, so of all received - at in one boot the smallest is the closest bound, and it
// is off by no more than the fastest delivery took.
type dates struct {
	mu   sync.Mutex
	seen map[Key]boot
}

// boot is the newest boot of a device, as older records are dated by their receipt.
type boot struct {
	number uint64
	offset time.Time // when the boot began, as far as is known
}

func newDates() *dates { return &dates{seen: map[Key]boot{}} }

// learn takes in what the stamps say of the device's newest boot.
func (d *dates) learn(k Key, stamps []store.Stamp) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.seen[k]
	for _, s := range stamps {
		began := s.Received.Add(-s.At)
		if s.Boot > b.number || (s.Boot == b.number && (b.offset.IsZero() || began.Before(b.offset))) {
			b = boot{s.Boot, began}
		}
	}
	d.seen[k] = b
}

// of dates one record: by the device's clock when it was trusted, else by its boot, else by its receipt.
func (d *dates) of(k Key, s store.Stamp) time.Time {
	if !s.Wall.IsZero() {
		return s.Wall
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if b := d.seen[k]; b.number == s.Boot && !b.offset.IsZero() {
		return b.offset.Add(s.At)
	}
	return s.Received
}
