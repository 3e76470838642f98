package replay

import (
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
	step := s.period
	if p.src.cfg.Speed > 0 {
		step = max(time.Duration(float64(s.period)/p.src.cfg.Speed), 1)
	}
	p.begin(step, len(s.header.Channels), p.blockSize(s.period))
	for _, part := range s.parts {
		p.block.Discont = part.fresh
		if err := p.part(ctx, r, &line, part, step); err != nil || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// begin makes the block that all samples of a file go through.
func (p *player) begin(step time.Duration, channels, samples int) {
	p.block = hal.Block{Period: step, Channels: channels, Values: make([]float32, 0, samples*channels)}
}

func (p *player) blockSize(period time.Duration) int {
	switch {
	case p.src.cfg.Block > 0:
		return p.src.cfg.Block
	case p.src.cfg.Speed == 0:
		return 64
	}
	return min(max(int(50*time.Millisecond/period), 1), 4096)
}

// part plays the rows of one recording.
func (p *player) part(ctx context.Context, r *Reader, line *timeline, part part, step time.Duration) error {
	announced := false
	var row Row
	for i := range part.rows {
		if err := r.Next(&row); err != nil {
			return changed(r, err)
		}
		gap, err := line.next(&row)
		if err != nil {
			return err
		}
		if gap > 0 {
			p.flush(ctx)
			p.at += p.scaled(gap)
			p.block.Discont = true
		}
		if len(p.block.Values) == 0 {
			p.block.At = p.at
		}
		p.block.Values = append(p.block.Values, row.Values...)
		p.at += step
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

func (p *player) scaled(d time.Duration) time.Duration {
	if p.src.cfg.Speed > 0 {
		return time.Duration(float64(d) / p.src.cfg.Speed)
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
