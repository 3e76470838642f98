package spool

import (
	"slices"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Stats is a look at the spool.
type Stats struct {
	Epoch   wire.Epoch
	Life    wire.Life
	Boot    uint64
	Streams map[wire.Stream]StreamStats
	Size    int64 // of spool.db in bytes; 0 while there is none
	Free    int64 // bytes of it that were used and are free again
	Lost    int   // epochs whose loss the hub has not yet acknowledged
	Commits uint64
	Fsyncs  uint64 // by the spool's own count: two for each commit, one more when the file grows, those of the side file
	Err     error  // why the spool cannot write now; nil when it can
}

// StreamStats is a look at one stream.
type StreamStats struct {
	Class   wire.Class
	Low     uint64 // smallest number that is not acknowledged
	Head    uint64 // last number that is committed
	Waiting uint64 // committed records that are not acknowledged
	Bytes   int64  // of their values, those included whose deletion rides in the next commit
	Pending int    // records that are not yet committed
	Gaps    []wire.Gap
}

// Stats looks at the spool now; it may wait for a commit that is under way.
func (s *Spool) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Stats{Epoch: s.epoch, Life: s.life, Boot: s.boot, Lost: len(s.side.Closed), Commits: s.commits, Fsyncs: s.fsyncs,
		Err: s.lastErr, Streams: make(map[wire.Stream]StreamStats, len(s.streams))}
	if s.broken != nil {
		out.Err = s.broken
	}
	depth := s.pending.depth()
	for st, q := range s.taken {
		depth[st] += q.len()
	}
	for st, str := range s.streams {
		out.Streams[st] = StreamStats{Class: str.Class, Low: str.Low, Head: str.Head, Waiting: str.waiting(), Bytes: str.Bytes,
			Pending: depth[st], Gaps: slices.Clone(str.Gaps)}
	}
	if s.file != nil && s.broken == nil {
		if size, free, err := s.file.usage(); err == nil {
			out.Size, out.Free = size, free
		}
	}
	return out
}
