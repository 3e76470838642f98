package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// life is one run of a source, as its supervisor sees it.
type life struct {
	State   string  `json:"state"` // after the run
	Reason  string  `json:"reason,omitempty"`
	Samples int     `json:"samples"`
	Discont bool    `json:"discont"` // of the first block
	First   float64 `json:"first"`   // temperature
	err     error
}

// replug pulls the cable under a running source, looks at what it says, and plugs it in again with other air around the
// chip: what it says then must be new.
func replug(ctx context.Context, _ *host, _ []string) (any, error) {
	const warmer = 31.0
	s := newSite()
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	src := s.airChip().own()
	var lives []life
	pulled := make(chan error, 1)
	first := once(ctx, src, 3, func() { // at the third sample, and then until the source gives up
		s.air.SetAir(warmer, 100000, 50)
		go func() { pulled <- s.unplug() }()
	}, false)
	lives = append(lives, first)
	if first.Samples < 3 {
		return lives, errors.Join(fmt.Errorf("the source did not come to its third sample: %w", first.err), s.unplug())
	}
	if err := <-pulled; err != nil {
		return lives, err
	}
	lives = append(lives, once(ctx, src, 1, func() {}, true)) // nothing is there
	if err := s.plug(ctx); err != nil {
		return lives, err
	}
	lives = append(lives, once(ctx, src, 3, func() {}, true))
	return lives, errors.Join(judge(lives, warmer), s.unplug())
}

func judge(lives []life, warmer float64) error {
	var gone *hal.AbsentError
	switch pulled, without, again := lives[0], lives[1], lives[2]; {
	case pulled.Samples < 3 || pulled.err == nil || pulled.Reason == "" || pulled.State != "failed" && pulled.State != "absent":
		return errors.New("the source did not say that its cable was pulled")
	case without.Samples != 0 || !errors.As(without.err, &gone) || gone.Fix == "" || without.State != "absent":
		return errors.New("without a bridge the source is not absent with a reason and a fix")
	case again.err != nil || again.Samples < 3 || again.State != "running":
		return errors.New("the source did not come back")
	case !again.Discont:
		return errors.New("the first block after the gap is not discontinuous")
	case again.First < warmer-0.1 || again.First > warmer+0.1:
		return fmt.Errorf("the first sample after the gap is %g, the air has %g", again.First, warmer)
	}
	return nil
}

// once is a life of a source that came to its n-th sample, or did not for another reason than a busy host.
func once(ctx context.Context, src hal.Source, n int, then func(), stop bool) life {
	l := live(ctx, src, n, then, stop)
	for first := 0.0; l.Samples < n && busy(ctx, l.err); {
		if l.Samples > 0 && first == 0 {
			first = l.First // what it said first after the gap counts, though it was cut off
		}
		if l = live(ctx, src, n, then, stop); first != 0 {
			l.First = first
		}
	}
	return l
}

// live runs a source until it gives up or, when stop is set, has given n samples; at the n-th it calls then.
func live(ctx context.Context, src hal.Source, n int, then func(), stop bool) (l life) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	health := src.(hal.Healther)
	l.err = src.Run(ctx, func(b hal.Block) {
		if l.Samples == 0 {
			l.Discont, l.First = b.Discont, float64(b.Values[0])
		}
		l.Samples += b.Samples()
		if l.Samples == n {
			then()
			l.State = health.Health().State.String()
			if stop {
				cancel()
			}
		}
	})
	if l.err != nil {
		h := health.Health()
		l.State, l.Reason = h.State.String(), h.Reason
	}
	return l
}
