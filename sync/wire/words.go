package wire

import (
	"encoding/hex"
	"fmt"
	"time"
)

// Stream is the name of a series of records; it matches [a-z0-9-]{1,64}.
type Stream string

// The streams every device has. A user may add up to 16 more, each with one class.
const (
	Events  Stream = "events"
	Results Stream = "results"
	Metrics Stream = "metrics"
	Samples Stream = "samples"
)

// Class decides which stream gives way when the spool is full: Bulk first, then Periodic, Normal, and Critical last.
type Class uint8

const (
	Critical Class = iota
	Normal
	Periodic
	Bulk
)

var classNames = [...]string{"critical", "normal", "periodic", "bulk"}

func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// Standard is the class of each of the four streams every device has.
func Standard() map[Stream]Class {
	return map[Stream]Class{Events: Critical, Results: Normal, Metrics: Periodic, Samples: Bulk}
}

// Cause says why a number of a stream carries no record. The values are on the wire: never renumber them.
type Cause uint8

const (
	Evicted   Cause = 1 // the spool was full and this stream gave way
	Expired   Cause = 2 // older than its stream keeps records
	Refused   Cause = 3 // one record that was never acknowledged while the link worked (rule D7)
	EpochLost Cause = 4 // the spool file was set aside; an upper bound from the reservation (rule D5)
	HubLost   Cause = 5 // acknowledged once, then lost by the hub: written by the hub only (rule H3)
)

var causeNames = [...]string{"", "evicted", "expired", "refused", "epoch_lost", "hub_lost"}

// Valid reports whether c is one of the causes above.
func (c Cause) Valid() bool { return c > 0 && int(c) < len(causeNames) }

func (c Cause) String() string {
	if c.Valid() {
		return causeNames[c]
	}
	return fmt.Sprintf("cause(%d)", uint8(c))
}

// Epoch names the series of numbers since a spool began: 16 random bytes, kept by compaction.
type Epoch [16]byte

func (e Epoch) String() string { return hex.EncodeToString(e[:]) }

// MarshalText writes e as 32 hexadecimal digits, in JSON too.
func (e Epoch) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, e[:]), nil }

// UnmarshalText is the inverse of MarshalText.
func (e *Epoch) UnmarshalText(text []byte) error { return unhex("epoch", e[:], text) }

// Life names one opening of a spool: 8 random bytes.
type Life [8]byte

func (l Life) String() string { return hex.EncodeToString(l[:]) }

// MarshalText writes l as 16 hexadecimal digits, in JSON too.
func (l Life) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, l[:]), nil }

// UnmarshalText is the inverse of MarshalText.
func (l *Life) UnmarshalText(text []byte) error { return unhex("life", l[:], text) }

func unhex(what string, dst, text []byte) error {
	if len(text) != 2*len(dst) {
		return fmt.Errorf("%s of %d digits, want %d", what, len(text), 2*len(dst))
	}
	if _, err := hex.Decode(dst, text); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Span is the range of numbers that one life owns in one stream: it could assign From first, and Head is the last it
// committed. Head == From-1 says that it has committed none yet.
type Span struct {
	Life Life
	From uint64
	Head uint64
}

// Gap is a run of numbers without records, First to Last inclusive.
type Gap struct {
	First, Last uint64
	Cause       Cause
}

// Record is one payload with its time on the device's CLOCK_BOOTTIME.
type Record struct {
	At   time.Duration // whole microseconds on the wire
	Data []byte
}

// Clock is what the device knows of wall time: wall = boottime + Offset, give or take Err.
type Clock struct {
	Offset time.Duration
	Err    time.Duration
}

// Batch is one message of records: one epoch, one life, one boot.
//
// Records are numbered consecutively from First, skipping the numbers that Gaps lists; see Numbers.
type Batch struct {
	Epoch   Epoch
	Life    Life
	Lives   []Span // every life that owns numbers from Low up, this batch's included
	Boot    uint64 // counts the device's boots, from 1
	Low     uint64 // the smallest number that is not yet acknowledged to the device
	First   uint64
	Gaps    []Gap // ascending, disjoint
	Records []Record
	Clock   *Clock // nil until the device trusts its clock
	Codec   uint8  // 0: records are stored as they are
}

// Ack is the hub's answer to a batch: everything up to UpTo is committed. With Rewind set nothing was stored, and
// Rewind names the newer life whose numbers the batch's life collides with (rule H4).
type Ack struct {
	Epoch  Epoch
	Life   Life
	UpTo   uint64
	Rewind *Life
}
