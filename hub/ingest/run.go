package ingest

import (
	"context"
	"time"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Run commits and acknowledges until ctx ends; the group at hand is finished first. What still waits in the queue is
// left: nobody acknowledged it. Run may be called once.
func (in *Ingest) Run(ctx context.Context) error {
	defer in.feed.close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-in.queue:
			group := in.gather(ctx, first)
			in.process(context.WithoutCancel(ctx), ctx, group)
		}
	}
}

// gather waits a little for more batches, so that one flush to disk serves many.
func (in *Ingest) gather(ctx context.Context, first Item) []Item {
	group, records := []Item{first}, len(first.Batch.Records)
	if in.cfg.Gather < 0 {
		return group
	}
	timer := time.NewTimer(in.cfg.Gather)
	defer timer.Stop()
	for records < in.cfg.Records {
		select {
		case it := <-in.queue:
			group, records = append(group, it), records+len(it.Batch.Records)
		case <-timer.C:
			return group
		case <-ctx.Done():
			return group
		}
	}
	return group
}

// process commits a group. work is never cancelled, so that a group is stored whole or not at all; stop ends the pause.
func (in *Ingest) process(work, stop context.Context, group []Item) {
	now := in.cfg.Clock.Wall()
	out, err := Commit(work, in.db, now, group)
	if err == nil {
		in.edges.away.over(work, in.cfg.Logger)
		in.answer(work, out)
		return
	}
	if len(group) > 1 {
		err = in.alone(work, now, group)
	} else if store.Refused(err) {
		in.refuse(work, err)
		err = nil
	}
	if err == nil {
		return
	}
	in.counts.deferred.Add(uint64(len(group)))
	in.edges.away.meet(work, in.cfg.Logger, "error", err)
	in.pause(stop)
}

// enough is how many devices in a row must fail, for no reason of their own, before the database is to blame.
const enough = 8

// alone commits the batches of a failed group one by one, so that one device whose batches the database will not take
// (its receipt may be damaged) holds up no other. It returns an error when the database is away: none went through, and
// not every failure was a batch's own.
func (in *Ingest) alone(ctx context.Context, now time.Time, group []Item) error {
	failed := map[store.Device]error{}
	var away error
	passed, unexplained := false, 0
	for i := range group {
		dev := group[i].device()
		if failed[dev] != nil || (!passed && unexplained >= enough) {
			continue
		}
		out, err := Commit(ctx, in.db, now, group[i:i+1])
		switch {
		case err == nil:
			passed = true
			in.answer(ctx, out)
			continue
		case !store.Refused(err):
			away = err
			unexplained++
		}
		failed[dev] = err
	}
	if !passed && away != nil {
		return away
	}
	if passed {
		in.edges.away.over(ctx, in.cfg.Logger)
	}
	for _, err := range failed {
		in.refuse(ctx, err)
	}
	return nil
}

func (in *Ingest) pause(stop context.Context) {
	timer := time.NewTimer(in.cfg.Retry)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-stop.Done():
	}
}

// answer acknowledges what is on disk and tells the subscribers.
func (in *Ingest) answer(ctx context.Context, out []Outcome) {
	for i := range out {
		o := &out[i]
		in.counts.outcome(o)
		in.log(ctx, o)
		in.acknowledge(ctx, o)
		if len(o.Records) > 0 {
			in.feed.send(Committed{Device: o.Item.device(), Stream: o.Item.Stream, Records: o.Records})
		}
	}
}

func (in *Ingest) acknowledge(ctx context.Context, o *Outcome) {
	payload, err := wire.EncodeAck(nil, o.Ack)
	if err == nil {
		err = in.pub.Publish(o.Item.From.Ack(o.Item.Stream), payload)
	}
	if err != nil {
		in.edges.unpublished.meet(ctx, in.cfg.Logger, "error", err)
		return
	}
	in.edges.unpublished.over(ctx, in.cfg.Logger)
}

// log tells of what an operator must know: the hub's own losses each time, rewinds and quarantines once per device
// until it sends a batch without.
func (in *Ingest) log(ctx context.Context, o *Outcome) {
	log, dev := in.cfg.Logger, o.Item.device()
	for _, run := range o.Lost {
		log.ErrorContext(ctx, "records lost by the hub: was it restored from a backup?", "device", dev.String(),
			"stream", string(o.Item.Stream), "first", run.First, "last", run.Last)
	}
	if in.rewound.begins(dev, o.Ack.Rewind != nil) {
		log.WarnContext(ctx, "rewind: two lives own the same numbers", "device", dev.String(),
			"stream", string(o.Item.Stream), "epoch", o.Item.Batch.Epoch.String(), "newer", o.Ack.Rewind.String())
	}
	if in.puzzling.begins(dev, o.Quarantined > 0) {
		log.WarnContext(ctx, "records quarantined", "device", dev.String(), "stream", string(o.Item.Stream), "count", o.Quarantined)
	}
}
