package uplink

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// flow is one stream's way to the hub. It outlives connections.
type flow struct {
	stream wire.Stream
	next   wire.Cursor // of the batch to send next; zero: the oldest that is not acknowledged
	sent   []flight    // unanswered, oldest first
	idle   bool        // nothing to send until the spool changes
	held   time.Time   // nothing to send before then
	due    time.Time   // when the oldest flight is overdue
	barred time.Time   // nothing to send before then, whatever the spool has: the hub said rewind, and nothing has come of it

	suspect  suspect
	breaks   int // connections in a row that broke with the oldest flight unanswered
	rewinds  int // answers of that kind to what was sent, since something was acknowledged
	troubled bool
}

// flight is one batch under way.
type flight struct {
	from, next  wire.Cursor
	epoch       wire.Epoch
	life        wire.Life
	last        uint64 // number
	record      uint64 // number of the first record, or of a gap when there is none
	records     int
	bytes       int
	at          time.Time // last sent
	repeats     int
	tries       int    // times it stayed unanswered while the hub answered something else
	answersThen uint64 // answers of the hub when it was last sent
}

// suspect is a range in which the hub does not acknowledge something. Batches that begin in it are small.
type suspect struct {
	epoch   wire.Epoch
	last    uint64
	records int // of a batch; 0: there is no suspect
}

// limit of the batch that begins at from.
func (f *flow) limit(from wire.Cursor, usual wire.Limit) wire.Limit {
	if s := f.suspect; s.records > 0 && (from == wire.Cursor{} || from.Epoch == s.epoch && from.Number <= s.last) {
		usual.Records = min(usual.Records, s.records)
	}
	return usual
}

// restart forgets what is under way: all that is unacknowledged is sent again from the Outbox.
func (f *flow) restart() {
	f.sent, f.next, f.idle, f.held = f.sent[:0], wire.Cursor{}, false, time.Time{}
}

func (f *flow) hold(now time.Time) { f.held = now.Add(holdTime) }

// bar makes a stream wait whose batches the hub answers with rewind again and again: it may know lives that nobody here does.
func (f *flow) bar(now time.Time, most time.Duration) {
	if len(f.sent) == 0 {
		return // another answer to what was dropped for the first
	}
	if f.rewinds > 0 {
		f.barred = now.Add(min(holdTime<<min(f.rewinds, 10), most))
	}
	f.rewinds++
}

// concerns reports whether an answer is about something under way. Others come from a hub that means somebody else, and
// prove nothing of what it can take.
func (f *flow) concerns(a wire.Ack) bool {
	return a.Rewind == nil && slices.ContainsFunc(f.sent, func(fl flight) bool { return fl.epoch == a.Epoch && fl.life == a.Life })
}

// arm starts the wait for the oldest flight, up to a quarter longer than d so that devices do not repeat in step.
func (f *flow) arm(now time.Time, d time.Duration) { f.due = now.Add(d + rand.N(d/4+1)) }

// settle takes off what a acknowledges and returns its bytes, and how long the newest of it took if it was sent once.
//
// An acknowledgement is cumulative up to the end of the life it names: flights of later lives stay.
func (f *flow) settle(a wire.Ack, now time.Time, wait time.Duration) (bytes int, took time.Duration) {
	n := f.covered(a)
	if n == 0 {
		return 0, 0
	}
	newest := f.sent[n-1]
	for _, fl := range f.sent[:n] {
		bytes += fl.bytes
	}
	f.sent = append(f.sent[:0], f.sent[n:]...)
	f.breaks, f.rewinds, f.troubled, f.barred = 0, 0, false, time.Time{}
	if len(f.sent) == 0 && a.UpTo > newest.last {
		f.next, f.idle = wire.Cursor{}, false // the hub has more than was sent on this connection
	}
	if s := f.suspect; s.records > 0 && (newest.epoch != s.epoch || newest.last >= s.last) {
		f.suspect = suspect{}
	}
	if newest.repeats == 0 {
		took = now.Sub(newest.at)
	}
	f.arm(now, wait)
	if newest.repeats > 0 && len(f.sent) > 0 && f.sent[0].at.Before(newest.at) {
		f.due = now // sent before the repetition that the hub has just answered, and not in the answer: it was lost too
	}
	return bytes, took
}

// covered counts the flights that a acknowledges.
func (f *flow) covered(a wire.Ack) (n int) {
	for i, fl := range f.sent {
		if fl.epoch != a.Epoch || fl.last > a.UpTo {
			break
		}
		if fl.life == a.Life {
			n = i + 1
		}
	}
	return n
}

// halve makes the batches of the oldest flight's range smaller and sends everything from there again.
func (f *flow) halve() {
	fl := f.sent[0]
	f.suspect = suspect{epoch: fl.epoch, last: fl.last, records: max(1, fl.records/2)}
	f.next, f.sent, f.idle, f.breaks = fl.from, f.sent[:0], false, 0
}
