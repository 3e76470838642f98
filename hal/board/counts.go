package board

import "github.com/dunlin-iot/dunlin/hal/i2cdev"

// counts are those of chips, by bus and address.
type counts map[string]map[uint16]i2cdev.Stats

func (c counts) add(bus string, by map[uint16]i2cdev.Stats) {
	if c[bus] == nil {
		c[bus] = map[uint16]i2cdev.Stats{}
	}
	for address, s := range by {
		c[bus][address] = c[bus][address].Plus(s)
	}
}

// Stats are the counts of every I2C bus by name and address since New, also of times when the bus was open and is no
// more: a source that failed has let go of its bus, and its trouble is to be seen all the same.
func (b *Board) Stats() map[string]map[uint16]i2cdev.Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := counts{}
	for bus, by := range b.past {
		all.add(bus, by)
	}
	for s := range b.all {
		all.add(s.name, s.bus.Stats())
	}
	return all
}
