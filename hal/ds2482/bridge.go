package ds2482

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal/periphbus"
)

// Lowest and highest address of a DS2482-100, by its pins AD0 and AD1. A DS2483 or DS2484 has the first one.
const (
	LowestAddress  = 0x18
	HighestAddress = 0x1b
)

// Config of one user of a bridge. Bus is required.
type Config struct {
	Bus     func() (i2c.BusCloser, error) // opens the I2C bus; closing the user closes it
	Where   string                        // that bus for people: "i2c-1"
	Address uint16                        // zero means 0x18
}

// Bridges are the bridges of a machine that are in use. The zero value is none. Its methods may be called from any
// goroutine.
type Bridges struct {
	mu sync.Mutex
	by map[place]*bridge
}

// place is a bridge by its I2C bus, as that calls itself, and its address.
type place struct {
	bus     string
	address uint16
}

// bridge is what the users of one bridge share.
type bridge struct {
	users int           // guarded by Bridges.mu
	turn  chan struct{} // full while somebody has the bridge, who alone may touch ready
	ready bool          // it has its configuration, and no 1-Wire activity is under way
}

// Bus is the 1-Wire bus behind a bridge, for one user.
type Bus struct {
	bridges *Bridges
	place   place
	shared  *bridge
	i2c     i2c.BusCloser
	dev     i2c.Dev
	name    string
	strong  bool // this user's transaction has left the strong pull-up on
	ended   sync.Once
}

// Open finds a bridge and sets it up, unless another user has. What does not answer, or is no such bridge, is an
// *hal.AbsentError.
func (b *Bridges) Open(ctx context.Context, cfg Config) (*Bus, error) {
	if cfg.Address == 0 {
		cfg.Address = LowestAddress
	}
	if cfg.Address < LowestAddress || cfg.Address > HighestAddress {
		return nil, fmt.Errorf("open ds2482 at %s: its address is 0x%02x to 0x%02x, not 0x%02x", cfg.Where, LowestAddress, HighestAddress, cfg.Address)
	}
	wire, err := periphbus.Open(cfg.Bus)
	if err != nil {
		return nil, err
	}
	u := &Bus{
		bridges: b, place: place{wire.String(), cfg.Address}, i2c: wire,
		dev: i2c.Dev{Bus: wire, Addr: cfg.Address}, name: "ds2482 at " + cfg.Where,
	}
	u.shared = b.acquire(u.place)
	if err := u.begin(ctx); err != nil {
		return nil, errors.Join(err, u.Close())
	}
	return u, nil
}

func (b *Bridges) acquire(p place) *bridge {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.by == nil {
		b.by = map[place]*bridge{}
	}
	s := b.by[p]
	if s == nil {
		s = &bridge{turn: make(chan struct{}, 1)}
		b.by[p] = s
	}
	s.users++
	return s
}

func (b *Bridges) release(p place) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.by[p]
	if s.users--; s.users == 0 {
		delete(b.by, p)
	}
}

// begin looks whether a bridge that another user has set up is still there.
func (u *Bus) begin(ctx context.Context) error {
	if err := u.take(ctx); err != nil {
		return err
	}
	defer u.give()
	if u.shared.ready && u.configured() {
		return nil
	}
	if err := u.setUp(); err != nil {
		var strange *strangerError
		if errors.As(err, &strange) {
			return periphbus.Stranger(u.name, u.place.address, strange.Error(), "check the address and the driver of the source: accelerometers and thermometers answer there, too")
		}
		return periphbus.Absent(u.name, u.place.address, err)
	}
	return nil
}

// take waits for its turn; who waits longest is next.
func (u *Bus) take(ctx context.Context) error {
	select {
	case u.shared.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (u *Bus) give() { <-u.shared.turn }

func (u *Bus) String() string { return fmt.Sprintf("%s 0x%02x", u.name, u.place.address) }

// Close lets go of the bridge and closes the I2C bus; a second Close does nothing.
func (u *Bus) Close() (err error) {
	u.ended.Do(func() {
		u.bridges.release(u.place)
		err = u.i2c.Close()
	})
	return err
}
