package fleet

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// fresh is how old an overview may be: many pages ask for the same one.
const fresh = time.Second

// glance keeps the last overview.
type glance struct {
	mu    sync.Mutex
	made  time.Time
	value Overview
}

// Overview is every device, the worst first. It is at most a second old; callers share it and must not change it.
func (f *Fleet) Overview(ctx context.Context) (Overview, error) {
	f.glance.mu.Lock()
	defer f.glance.mu.Unlock()
	now := f.cfg.Now()
	if age := now.Sub(f.glance.made); !f.glance.made.IsZero() && age >= 0 && age < fresh {
		return f.glance.value, nil
	}
	devices, err := f.Devices(ctx)
	if err != nil {
		return Overview{}, err
	}
	f.glance.made, f.glance.value = now, overview(devices)
	return f.glance.value, nil
}

func overview(devices []Device) Overview {
	o := Overview{Counts: map[State]int{}, Devices: devices}
	for _, d := range devices {
		o.Counts[d.State]++
		if d.Problem != "" {
			o.Trouble++
		}
	}
	slices.SortStableFunc(o.Devices, worse)
	o.Sentence = sentence(o)
	return o
}

// worse orders devices for an operator: in trouble before well, then by state, then by name.
func worse(a, b Device) int {
	return cmp.Or(
		cmp.Compare(well(a), well(b)),
		cmp.Compare(a.State.rank(), b.State.rank()),
		cmp.Compare(a.Tenant, b.Tenant),
		cmp.Compare(a.Name, b.Name),
	)
}

func well(d Device) int {
	if d.Problem == "" {
		return 1
	}
	return 0
}
