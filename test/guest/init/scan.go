package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/hal/board"
)

// scanBus has hal/board list the bus and look for chips, which must be the models and nothing else.
func scanBus(ctx context.Context, _ *host, _ []string) (any, error) {
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	found, err := s.scan(ctx)
	return found, errors.Join(err, s.board.Close(), s.unplug())
}

func (s *site) scan(ctx context.Context) (found map[string]string, err error) {
	found = map[string]string{"board": string(s.board.Kind()) + " " + s.board.Model()}
	i := slices.IndexFunc(s.board.Buses(), func(b board.Bus) bool { return b.Name == s.cable.name() })
	if i < 0 || s.board.Buses()[i].State != board.Usable {
		return found, fmt.Errorf("%s is not among the usable buses %v", s.cable.name(), s.board.Buses())
	}
	answers, err := s.board.Scan(ctx, adapterName)
	if err != nil {
		return found, err
	}
	for _, a := range answers {
		found[fmt.Sprintf("0x%02x", a.Address)] = a.String()
	}
	for _, c := range s.chips() {
		a := slices.IndexFunc(answers, func(a board.Answer) bool { return a.Address == c.address })
		if a < 0 || !strings.Contains(answers[a].String(), c.name) {
			err = errors.Join(err, fmt.Errorf("no guess that 0x%02x is a %s", c.address, c.name))
		}
	}
	if len(answers) != len(s.chips()) {
		err = errors.Join(err, fmt.Errorf("%d addresses answer, there are %d chips", len(answers), len(s.chips())))
	}
	return found, err
}
