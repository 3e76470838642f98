package wire

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// codec holds the two fixed modes. Encoding is RFC 8949 section 4.2.1, core deterministic; decoding refuses what a
// deterministic encoder never writes and bounds what it allocates.
type codec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

// modes is never written after the program started; both modes are immutable and safe for concurrent use.
var modes = newCodec()

// ErrNotCanonical is returned by every CBOR decoder of this package for bytes that decode but are not the one
// encoding that core deterministic CBOR allows for their value.
var ErrNotCanonical = errors.New("not in core deterministic form")

const (
	maxNesting = 6
	maxPairs   = 64
)

func newCodec() codec {
	options := cbor.CoreDetEncOptions()
	options.NilContainers = cbor.NilContainerAsEmpty // one value, one encoding
	enc, err := options.EncMode()
	if err != nil {
		panic("wire: encoding options: " + err.Error()) // constants of this file: a broken build
	}
	dec, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		MaxNestedLevels:   maxNesting,
		MaxArrayElements:  MaxRecords,
		MaxMapPairs:       maxPairs,
		IntDec:            cbor.IntDecConvertNone,
		UTF8:              cbor.UTF8RejectInvalid,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		NaN:               cbor.NaNDecodeForbidden,
		Inf:               cbor.InfDecodeForbidden,
	}.DecMode()
	if err != nil {
		panic("wire: decoding options: " + err.Error())
	}
	return codec{enc: enc, dec: dec}
}

// appendCBOR appends the deterministic encoding of v to dst.
func appendCBOR(dst []byte, v any) ([]byte, error) {
	p, err := modes.enc.Marshal(v)
	if err != nil {
		return dst, err
	}
	return append(dst, p...), nil
}

// unmarshal decodes p into v, which must be a pointer, and refuses p when it is not v's deterministic encoding.
func unmarshal(p []byte, v any) error {
	if len(p) > MaxMessage {
		return fmt.Errorf("%d bytes, more than %d", len(p), MaxMessage)
	}
	if err := modes.dec.Unmarshal(p, v); err != nil {
		return err
	}
	again, err := modes.enc.Marshal(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(p, again) {
		return ErrNotCanonical
	}
	return nil
}

// CBOR major types, shifted to where the head byte has them.
const (
	majorUint  = 0 << 5
	majorText  = 3 << 5
	majorArray = 4 << 5
)

// appendHead appends the shortest head of a major type with argument n (RFC 8949, section 3).
func appendHead(dst []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(dst, major|byte(n))
	case n < 1<<8:
		return append(dst, major|24, byte(n))
	case n < 1<<16:
		return append(dst, major|25, byte(n>>8), byte(n))
	case n < 1<<32:
		return append(dst, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	default:
		return append(dst, major|27, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
}

func appendText(dst []byte, s string) []byte {
	return append(appendHead(dst, majorText, uint64(len(s))), s...)
}
