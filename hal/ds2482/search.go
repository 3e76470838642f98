package ds2482

import (
	"context"
	"errors"
	"fmt"

	"periph.io/x/conn/v3/onewire"
)

var errMany = errors.New("the search finds no end: check the wires, their length and the pull-up")

// Search asks for the identities of all chips on the line. Others have their turns between two chips.
func (u *Bus) Search(ctx context.Context) ([]onewire.Address, error) {
	s := &search{Bus: u, ctx: ctx}
	defer s.end()
	return onewire.Search(s, false)
}

// search is a bus as periph searches it: Tx begins the way to one chip, which SearchTriplet goes bit by bit. It has its
// turn for all of that way.
type search struct {
	*Bus
	ctx  context.Context
	step step
	held bool
	ways int
}

func (s *search) end() {
	if s.held {
		s.give()
	}
	s.held = false
}

// Tx gives the command to search.
func (s *search) Tx(w, _ []byte, _ onewire.Pullup) error {
	s.end()
	if s.ways++; s.ways > searches {
		return errMany
	}
	if err := s.take(s.ctx); err != nil {
		return err
	}
	s.held = true
	if err := s.sound(); err != nil {
		return err
	}
	s.step = s.Bus.step(s.ctx)
	return s.failed(s.step.bytes(w, nil, onewire.WeakPullup))
}

// SearchTriplet reads a bit and its complement, and writes the one to go on with.
func (s *search) SearchTriplet(direction byte) (onewire.TripletResult, error) {
	c := [2]byte{wireTriplet}
	if direction != 0 {
		c[1] = bitTaken
	}
	status, err := s.step.command(3*slot, c[:]...)
	if err := s.failed(err); err != nil {
		return onewire.TripletResult{}, fmt.Errorf("search 1-Wire of %s: %w", s.Bus, err)
	}
	return onewire.TripletResult{GotZero: status&bitOne == 0, GotOne: status&bitTwo == 0, Taken: status >> 7}, nil
}

// Search makes it a bus of periph's, which has no context; nobody calls it.
func (s *search) Search(bool) ([]onewire.Address, error) { return s.Bus.Search(s.ctx) }
