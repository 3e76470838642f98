package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// player is one run of a source.
type player struct {
	src   *Source
	emit  func(hal.Block)
	at    time.Duration // of the next sample
	index int           // of the next recording
	block hal.Block
	apart time.Duration // the last two samples of an uneven recording; zero when there was one

	channels []hal.Channel // of the first file
}

func (p *player) file(ctx context.Context, path string) (err error) {
	s, err := look(path)
	if err != nil {
		return err
	}
	if p.channels == nil {
		p.channels = s.header.Channels
	}
	if !slices.Equal(p.channels, s.header.Channels) {
		return &SyntaxError{File: path, Line: 1, Col: 1, What: "other channels than in the first recording of the folder", Fix: "give all the same columns"}
	}
	f, err := os.Open(path)
	if err != nil {
		return notThere(path, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r, err := NewReader(path, f)
	if err != nil {
		return err
	}
	return p.parts(ctx, r, &s)
}

func (p *player) parts(ctx context.Context, r *Reader, s *survey) error {
	line := timeline{reader: r, period: s.period}
	p.begin(p.scaled(s.period), len(s.header.Channels), p.blockSize(s.period))
	for i, part := range s.parts {
		if part.fresh && i > 0 {
			p.rest()
		}
		p.block.Discont = part.fresh
		if err := p.part(ctx, r, &line, part); err != nil || ctx.Err() != nil {
			return err
		}
	}
	p.rest()
	return nil
}

// rest puts the next recording behind the last sample of an uneven one: as far as that was behind the one before.
func (p *player) rest() {
	if p.block.Period == 0 {
		p.at += cmp.Or(p.apart, p.scaled(time.Second))
		p.apart = 0
	}
}

// begin makes the block that all samples of a file go through.
func (p *player) begin(step time.Duration, channels, samples int) {
	p.block = hal.Block{Period: step, Channels: channels, Values: make([]float32, 0, samples*channels)}
}

func (p *player) blockSize(period time.Duration) int {
	switch {
	case period == 0: // a block has one time
		return 1
	case p.src.cfg.Block > 0:
		return p.src.cfg.Block
	case p.src.cfg.Speed == 0:
		return 64
	}
	return min(max(int(50*time.Millisecond/period), 1), 4096)
}

// part plays the rows of one recording.
func (p *player) part(ctx context.Context, r *Reader, line *timeline, part part) error {
	announced := false
	var row Row
	for i := range part.rows {
		if err := r.Next(&row); err != nil {
			return changed(r, err)
		}
		ahead, missing, err := line.next(&row)
		if err != nil {
			return err
		}
		p.advance(ctx, ahead, missing)
		if len(p.block.Values) == 0 {
			p.block.At = p.at
		}
		p.block.Values = append(p.block.Values, row.Values...)
		p.at += p.block.Period
		if !announced {
			announced = true
			p.announce(part)
		}
		if full := cap(p.block.Values)-len(p.block.Values) < p.block.Channels; full || i == part.rows-1 {
			p.flush(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

// changed says what it means that a file reads otherwise than a moment ago.
func changed(r *Reader, err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("play %s: the file was changed meanwhile", r.file)
	}
	return err
}

func (p *player) announce(part part) {
	if p.src.cfg.OnRecording != nil {
		p.src.cfg.OnRecording(Recording{Index: p.index, Name: part.name, Label: part.label, At: p.block.At, Samples: part.rows})
	}
	p.index++
}

// advance moves the time of the next sample, where it does not simply follow.
func (p *player) advance(ctx context.Context, ahead time.Duration, missing bool) {
	if ahead == 0 && !missing {
		return
	}
	p.flush(ctx)
	p.at += p.scaled(ahead)
	p.block.Discont = p.block.Discont || missing
	if p.block.Period == 0 {
		p.apart = p.scaled(ahead)
	}
}

// scaled is a time of the recording as it is played: never none where there was one.
func (p *player) scaled(d time.Duration) time.Duration {
	if p.src.cfg.Speed > 0 && d > 0 {
		return max(time.Duration(float64(d)/p.src.cfg.Speed), 1)
	}
	return d
}

// flush emits the block when its last sample is due. After a cancel it emits nothing.
func (p *player) flush(ctx context.Context) {
	if p.block.Samples() == 0 {
		return
	}
	last := p.block.At + time.Duration(p.block.Samples()-1)*p.block.Period
	if p.wait(ctx, last) {
		p.src.pulse.Emit(p.emit, p.block)
	}
	p.block.Values, p.block.Discont = p.block.Values[:0], false
}

// wait waits until the clock shows at; false means that ctx ended first.
func (p *player) wait(ctx context.Context, at time.Duration) bool {
	if p.src.cfg.Speed == 0 {
		return ctx.Err() == nil
	}
	for {
		left := at - p.src.cfg.Clock.Boot()
		if left <= 0 {
			return ctx.Err() == nil
		}
		t := time.NewTimer(left)
		select {
		case <-ctx.Done():
			t.Stop()
			return false
		case <-t.C:
		}
	}
}
