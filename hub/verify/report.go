package verify

import (
	"context"
	"fmt"

	"github.com/dunlin-iot/dunlin/hub/store"
)

// Auditor is what verify reads: every claim of a database, and how many rows belong to none.
type Auditor interface {
	Audit(ctx context.Context, visit func(*store.Claim) error) (orphans uint64, err error)
}

// Line is the account of one stream of one epoch of one device.
type Line struct {
	Device    string            `json:"device"` // tenant/name
	Stream    string            `json:"stream"`
	Epoch     string            `json:"epoch"` // hex
	UpTo      uint64            `json:"upto"`  // acknowledged
	Delivered uint64            `json:"delivered"`
	Gaps      map[string]uint64 `json:"gaps"`    // by cause; causes without numbers are left out
	Waiting   uint64            `json:"waiting"` // given out by the device and not here yet: never a fault
	Faults    []string          `json:"faults"`
}

// Report is the account of a whole database.
type Report struct {
	Lines     []Line `json:"lines"`
	Delivered uint64 `json:"delivered"`
	Gaps      uint64 `json:"gaps"`
	Waiting   uint64 `json:"waiting"`
	First     string `json:"first_fault"` // where and what; empty when there is none
	Faults    int    `json:"faults"`
}

// Clean reports whether the invariant holds.
func (r *Report) Clean() bool { return r.Faults == 0 }

// Database recomputes the invariant. Faults are in the report; an error says that the database could not be read.
func Database(ctx context.Context, db Auditor) (*Report, error) {
	r := &Report{Lines: []Line{}}
	orphans, err := db.Audit(ctx, func(c *store.Claim) error {
		r.add(line(c))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	if orphans > 0 {
		r.fault(fmt.Sprintf("%d rows belong to no receipt", orphans))
	}
	return r, nil
}

func (r *Report) add(l Line) {
	r.Lines = append(r.Lines, l)
	r.Delivered += l.Delivered
	r.Waiting += l.Waiting
	for _, n := range l.Gaps {
		r.Gaps += n
	}
	for _, f := range l.Faults {
		r.fault(fmt.Sprintf("%s %s epoch %s: %s", l.Device, l.Stream, l.Epoch, f))
	}
}

func (r *Report) fault(what string) {
	if r.Faults == 0 {
		r.First = what
	}
	r.Faults++
}

func line(c *store.Claim) Line {
	l := Line{
		Device: c.Device.String(), Stream: string(c.Stream), Epoch: c.Epoch.String(), UpTo: c.UpTo,
		Delivered: c.Delivered.Count(), Gaps: map[string]uint64{}, Waiting: waiting(c), Faults: faults(c),
	}
	for _, cause := range c.Gaps.Causes() {
		l.Gaps[cause.String()] = c.Gaps[cause].Count()
	}
	return l
}

// waiting is how many numbers the device has given out, as far as it said, that are neither delivered nor gaps.
func waiting(c *store.Claim) uint64 {
	if n := c.Union().Count(); head(c) > n {
		return head(c) - n
	}
	return 0
}

// head is the largest number any life has shown.
func head(c *store.Claim) uint64 {
	var n uint64
	for _, s := range c.Lives {
		n = max(n, s.Head)
	}
	return n
}
