package spool

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// reserveStep is how many numbers one write of the side file reserves (rule D5).
const reserveStep = 65536

// reserved is what the side file knows of a stream: where the last life began, and a number beyond all committed.
type reserved struct {
	From uint64 `json:"from"`
	UpTo uint64 `json:"upto"`
}

// lost is an epoch whose file is gone, until the hub has acknowledged its gaps.
type lost struct {
	Epoch   wire.Epoch               `json:"epoch"`
	Life    wire.Life                `json:"life"`
	Boot    uint64                   `json:"boot"`
	Streams map[wire.Stream]reserved `json:"streams"`
}

// side is the content of spool.json.
type side struct {
	lost          // the open epoch, in the form in which it would be closed
	BootID string `json:"boot_id"`
	Closed []lost `json:"closed,omitempty"`
}

func (d *side) clone() side {
	out := *d
	out.Streams = make(map[wire.Stream]reserved, len(d.Streams))
	for k, v := range d.Streams {
		out.Streams[k] = v
	}
	out.Closed = make([]lost, 0, len(d.Closed))
	for _, c := range d.Closed {
		streams := make(map[wire.Stream]reserved, len(c.Streams))
		for k, v := range c.Streams {
			streams[k] = v
		}
		c.Streams = streams
		out.Closed = append(out.Closed, c)
	}
	return out
}

// reserve raises the reservation of a stream so that it covers head; it reports whether anything changed.
func (d *side) reserve(st wire.Stream, from, head uint64) bool {
	r, ok := d.Streams[st]
	if ok && r.From == from && head <= r.UpTo {
		return false
	}
	if head > r.UpTo {
		r.UpTo = (head/reserveStep + 1) * reserveStep
	}
	r.From = from
	d.Streams[st] = r
	return true
}

// readSide returns nil when there is no side file. One that cannot be understood is set aside.
func (s *Spool) readSide() (*side, error) {
	text, err := os.ReadFile(s.path(sideName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var d side
	if err := json.Unmarshal(text, &d); err != nil || !d.valid() {
		s.log.Warn("side file is damaged and set aside", "file", s.path(sideName))
		return nil, os.Rename(s.path(sideName), s.path(sideName+damagedSuffix))
	}
	if d.Streams == nil {
		d.Streams = map[wire.Stream]reserved{}
	}
	return &d, nil
}

func (d *side) valid() bool {
	for _, l := range append([]lost{d.lost}, d.Closed...) {
		if l.Epoch == (wire.Epoch{}) {
			return false
		}
		for st, r := range l.Streams {
			if !wire.ValidName(string(st)) || r.From == 0 || r.From > r.UpTo+1 || r.UpTo > 2*wire.MaxNumber {
				return false
			}
		}
	}
	return true
}

func (s *Spool) writeSide(d side) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode side file: %w", err)
	}
	s.cfg.fail("side.before")
	if err := atomicfile.Write(s.path(sideName), text, 0o600); err != nil {
		return err
	}
	s.fsyncs += 2
	s.cfg.fail("side.after")
	s.side, s.lostNew = d, false
	return nil
}

// removeLeftovers deletes what a crash in the middle of an atomic write left behind.
func (s *Spool) removeLeftovers() error {
	names, err := filepath.Glob(filepath.Join(s.dir, "."+sideName+".*"))
	if err != nil {
		return err
	}
	for _, n := range names {
		if strings.HasPrefix(filepath.Base(n), "."+sideName+".") {
			err = errors.Join(err, os.Remove(n))
		}
	}
	return err
}
