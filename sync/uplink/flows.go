package uplink

import (
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// flows are all streams, the most important first.
type flows struct {
	list    []*flow
	answers uint64 // of the hub, to anything
	garbled bool   // the last message from the hub's side made no sense
}

// restart begins a connection: nothing is under way.
func (fs *flows) restart(streams []wire.Stream) {
	fs.arrange(streams)
	for _, f := range fs.list {
		f.restart()
	}
}

// wake is called when the Outbox changed.
func (fs *flows) wake(streams []wire.Stream) {
	fs.arrange(streams)
	for _, f := range fs.list {
		f.idle, f.held = false, time.Time{}
	}
}

// arrange follows the Outbox's list of streams.
func (fs *flows) arrange(streams []wire.Stream) {
	if slices.EqualFunc(streams, fs.list, func(s wire.Stream, f *flow) bool { return s == f.stream }) {
		return
	}
	list := make([]*flow, len(streams))
	for i, s := range streams {
		if list[i] = fs.find(s); list[i] == nil {
			list[i] = &flow{stream: s}
		}
	}
	fs.list = list
}

func (fs *flows) find(s wire.Stream) *flow {
	for _, f := range fs.list {
		if f.stream == s {
			return f
		}
	}
	return nil
}

func (fs *flows) unanswered() (n int) {
	for _, f := range fs.list {
		n += len(f.sent)
	}
	return n
}

// nextDue is how long nothing happens by itself: until a flight is overdue or a held stream may go on.
func (fs *flows) nextDue(now time.Time) time.Duration {
	d := time.Hour
	for _, f := range fs.list {
		if len(f.sent) > 0 {
			d = min(d, f.due.Sub(now))
		}
		for _, until := range []time.Time{f.held, f.barred} {
			if until.After(now) {
				d = min(d, until.Sub(now))
			}
		}
	}
	return max(d, 0)
}

// broke is called when a connection that carried data was lost. A batch that was unanswered each time may be what breaks it: it is made
// smaller, never refused, because a bad network looks the same.
func (fs *flows) broke() {
	for _, f := range fs.list {
		if len(f.sent) == 0 {
			continue
		}
		if f.breaks++; f.breaks >= maxTries && f.sent[0].records > 1 {
			f.halve()
		}
	}
}
