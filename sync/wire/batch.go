package wire

import (
	"fmt"
	"time"
)

// The wire forms: integer keys for maps that may grow, arrays for what repeats.
type (
	batchForm struct {
		Epoch   []byte       `cbor:"1,keyasint"`
		Life    []byte       `cbor:"2,keyasint"`
		Lives   []spanForm   `cbor:"3,keyasint"`
		Boot    uint64       `cbor:"4,keyasint"`
		Low     uint64       `cbor:"5,keyasint"`
		First   uint64       `cbor:"6,keyasint"`
		T0      int64        `cbor:"7,keyasint"`
		Gaps    []gapForm    `cbor:"8,keyasint,omitempty"`
		Records []recordForm `cbor:"9,keyasint,omitempty"`
		Clock   *clockForm   `cbor:"10,keyasint,omitempty"`
		Codec   uint8        `cbor:"11,keyasint,omitempty"`
	}
	spanForm struct {
		_    struct{} `cbor:",toarray"`
		Life []byte
		From uint64
		Head uint64
	}
	gapForm struct {
		_     struct{} `cbor:",toarray"`
		First uint64
		Last  uint64
		Cause uint8
	}
	recordForm struct {
		_    struct{} `cbor:",toarray"`
		Dt   int64    // microseconds after T0
		Data []byte
	}
	clockForm struct {
		Offset int64 `cbor:"1,keyasint"` // microseconds
		Err    int64 `cbor:"2,keyasint"`
	}
)

// EncodeBatch appends the encoding of b to dst. It returns what Check returns for a batch that no decoder would accept,
// and an error when the message would be larger than MaxMessage. Times are cut to whole microseconds.
func EncodeBatch(dst []byte, b *Batch) ([]byte, error) {
	if err := b.Check(); err != nil {
		return dst, fmt.Errorf("encode batch: %w", err)
	}
	out, err := appendCBOR(dst, toForm(b))
	if err != nil {
		return dst, fmt.Errorf("encode batch: %w", err)
	}
	if n := len(out) - len(dst); n > MaxMessage {
		return dst, fmt.Errorf("encode batch: %d bytes, more than %d", n, MaxMessage)
	}
	return out, nil
}

// DecodeBatch is the inverse of EncodeBatch. What it returns shares no memory with p and has passed Check.
func DecodeBatch(p []byte) (*Batch, error) {
	var f batchForm
	if err := unmarshal(p, &f); err != nil {
		return nil, fmt.Errorf("decode batch: %w", err)
	}
	b, err := f.batch()
	if err == nil {
		err = b.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("decode batch: %w", err)
	}
	return b, nil
}

func toForm(b *Batch) *batchForm {
	f := &batchForm{
		Epoch: b.Epoch[:], Life: b.Life[:], Boot: b.Boot, Low: b.Low, First: b.First, Codec: b.Codec,
		Lives: make([]spanForm, len(b.Lives)), Gaps: make([]gapForm, len(b.Gaps)), Records: make([]recordForm, len(b.Records)),
	}
	for i := range b.Lives {
		s := &b.Lives[i]
		f.Lives[i] = spanForm{Life: s.Life[:], From: s.From, Head: s.Head}
	}
	for i, g := range b.Gaps {
		f.Gaps[i] = gapForm{First: g.First, Last: g.Last, Cause: uint8(g.Cause)}
	}
	if len(b.Records) > 0 {
		f.T0 = b.Records[0].At.Microseconds()
	}
	for i, r := range b.Records {
		f.Records[i] = recordForm{Dt: r.At.Microseconds() - f.T0, Data: r.Data}
	}
	if c := b.Clock; c != nil {
		f.Clock = &clockForm{Offset: c.Offset.Microseconds(), Err: c.Err.Microseconds()}
	}
	return f
}

func (f *batchForm) batch() (*Batch, error) {
	b := &Batch{Boot: f.Boot, Low: f.Low, First: f.First, Codec: f.Codec}
	if err := fixed("epoch", b.Epoch[:], f.Epoch); err != nil {
		return nil, err
	}
	if err := fixed("life", b.Life[:], f.Life); err != nil {
		return nil, err
	}
	for _, s := range f.Lives {
		span := Span{From: s.From, Head: s.Head}
		if err := fixed("life", span.Life[:], s.Life); err != nil {
			return nil, err
		}
		b.Lives = append(b.Lives, span)
	}
	for _, g := range f.Gaps {
		b.Gaps = append(b.Gaps, Gap{First: g.First, Last: g.Last, Cause: Cause(g.Cause)})
	}
	if f.Clock != nil {
		if !micros(f.Clock.Offset) || !micros(f.Clock.Err) {
			return nil, fmt.Errorf("clock is out of range")
		}
		b.Clock = &Clock{Offset: duration(f.Clock.Offset), Err: duration(f.Clock.Err)}
	}
	return b, f.records(b)
}

func (f *batchForm) records(b *Batch) error {
	if len(f.Records) == 0 {
		if f.T0 != 0 {
			return fmt.Errorf("t0 %d without a record", f.T0)
		}
		return nil
	}
	if f.Records[0].Dt != 0 {
		return fmt.Errorf("t0 is not the time of the first record")
	}
	b.Records = make([]Record, len(f.Records))
	for i, r := range f.Records {
		if !micros(f.T0) || !micros(r.Dt) {
			return fmt.Errorf("time of record %d is out of range", i)
		}
		b.Records[i] = Record{At: duration(f.T0 + r.Dt), Data: r.Data}
	}
	return nil
}

func fixed(what string, dst, src []byte) error {
	if len(src) != len(dst) {
		return fmt.Errorf("%s of %d bytes, want %d", what, len(src), len(dst))
	}
	copy(dst, src)
	return nil
}

func micros(n int64) bool { return -maxMicros <= n && n <= maxMicros }

func duration(us int64) time.Duration { return time.Duration(us) * time.Microsecond }
