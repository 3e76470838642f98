package wire

import (
	"errors"
	"fmt"
)

type ackForm struct {
	Epoch  []byte  `cbor:"1,keyasint"`
	Life   []byte  `cbor:"2,keyasint"`
	UpTo   *uint64 `cbor:"3,keyasint,omitempty"` // exactly one of UpTo and Rewind
	Rewind []byte  `cbor:"4,keyasint,omitempty"`
}

// EncodeAck appends the encoding of a to dst. UpTo is left out when Rewind is set.
func EncodeAck(dst []byte, a Ack) ([]byte, error) {
	f := ackForm{Epoch: a.Epoch[:], Life: a.Life[:]}
	switch {
	case a.Rewind != nil:
		f.Rewind = a.Rewind[:]
	case a.UpTo > MaxNumber:
		return dst, fmt.Errorf("encode ack: number %d is beyond %d", a.UpTo, uint64(MaxNumber))
	default:
		f.UpTo = &a.UpTo
	}
	out, err := appendCBOR(dst, &f)
	if err != nil {
		return dst, fmt.Errorf("encode ack: %w", err)
	}
	return out, nil
}

// DecodeAck is the inverse of EncodeAck.
func DecodeAck(p []byte) (Ack, error) {
	var f ackForm
	if err := unmarshal(p, &f); err != nil {
		return Ack{}, fmt.Errorf("decode ack: %w", err)
	}
	a, err := f.ack()
	if err != nil {
		return Ack{}, fmt.Errorf("decode ack: %w", err)
	}
	return a, nil
}

func (f *ackForm) ack() (Ack, error) {
	var a Ack
	if err := errors.Join(fixed("epoch", a.Epoch[:], f.Epoch), fixed("life", a.Life[:], f.Life)); err != nil {
		return Ack{}, err
	}
	switch {
	case f.UpTo != nil && f.Rewind != nil:
		return Ack{}, errors.New("both a number and a rewind")
	case f.Rewind != nil:
		a.Rewind = new(Life)
		return a, fixed("rewind", a.Rewind[:], f.Rewind)
	case f.UpTo == nil:
		return Ack{}, errors.New("neither a number nor a rewind")
	case *f.UpTo > MaxNumber:
		return Ack{}, fmt.Errorf("number %d is beyond %d", *f.UpTo, uint64(MaxNumber))
	}
	a.UpTo = *f.UpTo
	return a, nil
}
