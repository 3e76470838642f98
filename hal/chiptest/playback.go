package chiptest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"github.com/dunlin-iot/dunlin/hal/traffic"
)

// ErrPlayed is what a Playback answers when an address or a device has no more recorded transfers.
var ErrPlayed = errors.New("the recorded traffic is at its end")

// Playback is a bus that answers as a recorded one did, and ports of it likewise (Port). Each address follows its own
// recording, in order: a transfer must write the recorded bytes and ask for as many. A driver that asks whether its chip is ready does so more or less
// often than it did when it was recorded; so the transfer just played may be played again while there is more to come,
// and repetitions that the driver does not need are passed over. It implements periph's i2c.BusCloser.
type Playback struct {
	mu   sync.Mutex
	left map[string][]traffic.Transfer // by traffic.Transfer.Place
	last map[string]*traffic.Transfer
}

var _ i2c.BusCloser = (*Playback)(nil)

// NewPlayback plays transfers that traffic.Read gave.
func NewPlayback(all []traffic.Transfer) *Playback {
	p := &Playback{left: map[string][]traffic.Transfer{}, last: map[string]*traffic.Transfer{}}
	for _, t := range all {
		p.left[t.Place()] = append(p.left[t.Place()], t)
	}
	return p
}

// Open gives the bus itself: the function that opens a bus for a driver.
func (p *Playback) Open() (i2c.BusCloser, error) { return p, nil }

// Tx answers with the next recorded transfer of the address.
func (p *Playback) Tx(address uint16, w, r []byte) error {
	return p.play(traffic.Transfer{Address: address}.Place(), w, r)
}

func (p *Playback) play(place string, w, r []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	left, last := p.left[place], p.last[place]
	next := left
	for len(next) > 0 && !asks(&next[0], w, r) && last != nil && asks(last, next[0].Write, next[0].Read) {
		next = next[1:]
	}
	switch {
	case len(next) > 0 && asks(&next[0], w, r):
		p.left[place], p.last[place] = next[1:], &next[0]
		return answer(&next[0], r)
	case len(left) > 0 && last != nil && asks(last, w, r):
		return answer(last, r)
	case len(left) == 0:
		return fmt.Errorf("transfer to %s: write % x, read %d: %w", place, w, len(r), ErrPlayed)
	}
	want := left[0]
	return fmt.Errorf("transfer to %s: write % x, read %d: the recording has write % x, read %d here", place, w, len(r), want.Write, len(want.Read))
}

// Left is how many recorded transfers of all addresses and devices have not been played.
func (p *Playback) Left() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, left := range p.left {
		n += len(left)
	}
	return n
}

func asks(t *traffic.Transfer, w, r []byte) bool {
	return bytes.Equal(t.Write, w) && len(t.Read) == len(r)
}

func answer(t *traffic.Transfer, r []byte) error {
	if t.Err != nil {
		return fmt.Errorf("transfer to %s: %w", t.Place(), t.Err)
	}
	copy(r, t.Read)
	return nil
}

// SetSpeed accepts every speed.
func (p *Playback) SetSpeed(physic.Frequency) error { return nil }

// Close does nothing.
func (p *Playback) Close() error { return nil }

func (p *Playback) String() string { return "playback" }

// Port is an SPI port that answers as the recorded device did.
func (p *Playback) Port(device string) spi.PortCloser { return &played{p, device} }

// played is a port of a playback, and the connection to it.
type played struct {
	of     *Playback
	device string
}

// Connect accepts every clock, mode and word: they are no part of a recording.
func (p *played) Connect(physic.Frequency, spi.Mode, int) (spi.Conn, error) { return p, nil }

func (p *played) Tx(w, r []byte) error { return p.of.play(p.device, w, r) }

func (p *played) TxPackets(packets []spi.Packet) error {
	for _, q := range packets {
		if err := p.Tx(q.W, q.R); err != nil {
			return err
		}
	}
	return nil
}

func (p *played) Duplex() conn.Duplex               { return conn.Full }
func (p *played) LimitSpeed(physic.Frequency) error { return nil }
func (p *played) Close() error                      { return nil }
func (p *played) String() string                    { return "playback of " + p.device }
