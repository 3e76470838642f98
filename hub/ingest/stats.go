package ingest

import "sync/atomic"

// Stats counts what became of batches and records since ingest was made.
type Stats struct {
	Batches     uint64 // committed, repeated ones included
	Records     uint64 // stored
	Quarantined uint64 // records kept as they came (rule H5)
	Refused     uint64 // batches that cannot be decoded or stored; never acknowledged
	Dropped     uint64 // batches that came while the queue was full; devices send them again
	Deferred    uint64 // batches set aside because the database was away; devices send them again
	Rewinds     uint64 // batches answered with a rewind (rule H4)
	HubLost     uint64 // numbers the hub had acknowledged and no longer has (rule H3)
	Behind      uint64 // subscribers dropped because they fell behind
	Queued      int    // batches waiting now
}

type counters struct {
	batches, records, quarantined, refused, dropped, deferred, rewinds, hubLost atomic.Uint64
}

func (c *counters) outcome(o *Outcome) {
	if o.Ack.Rewind != nil {
		c.rewinds.Add(1)
		return
	}
	c.batches.Add(1)
	c.records.Add(uint64(len(o.Records)))
	c.quarantined.Add(uint64(o.Quarantined))
	for _, run := range o.Lost {
		c.hubLost.Add(run.Len())
	}
}

// Stats may be called at any time.
func (in *Ingest) Stats() Stats {
	c := &in.counts
	return Stats{
		Batches: c.batches.Load(), Records: c.records.Load(), Quarantined: c.quarantined.Load(),
		Refused: c.refused.Load(), Dropped: c.dropped.Load(), Deferred: c.deferred.Load(),
		Rewinds: c.rewinds.Load(), HubLost: c.hubLost.Load(), Behind: in.feed.fellBehind(), Queued: len(in.queue),
	}
}
