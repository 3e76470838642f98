package manifest

import (
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

const (
	maxVectors   = 1024
	maxDepthCBOR = 4
)

// Golden is one recorded run of the model: raw tensor bytes, in the model's order.
//
// The file is a CBOR array of maps {"inputs": [bytes…], "outputs": [bytes…]}.
type Golden struct {
	Inputs  [][]byte `cbor:"inputs"`
	Outputs [][]byte `cbor:"outputs"`
}

// strict reads CBOR in one form only, of lists no longer than most.
func strict(most int) (cbor.DecMode, error) {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		MaxNestedLevels: maxDepthCBOR, MaxArrayElements: most, MaxMapPairs: 16,
	}.DecMode()
	if err != nil {
		return nil, fmt.Errorf("set up cbor: %w", err)
	}
	return mode, nil
}

// EncodeGolden writes golden.cbor.
func EncodeGolden(all []Golden) ([]byte, error) { return encode(all) }

// encode writes CBOR in its core deterministic form (RFC 8949, section 4.2): the same values give the same bytes.
func encode(v any) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("set up cbor: %w", err)
	}
	return mode.Marshal(v)
}

func parseGolden(data []byte, inputs, outputs []Tensor) ([]Golden, error) {
	mode, err := strict(maxVectors)
	if err != nil {
		return nil, err
	}
	var all []Golden
	if err := mode.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("no vector")
	}
	for i, g := range all {
		if err := fits(g.Inputs, inputs); err != nil {
			return nil, fmt.Errorf("vector %d: inputs%w", i, err)
		}
		if err := fits(g.Outputs, outputs); err != nil {
			return nil, fmt.Errorf("vector %d: outputs%w", i, err)
		}
	}
	return all, nil
}

func fits(data [][]byte, tensors []Tensor) error {
	if len(data) != len(tensors) {
		return fmt.Errorf(": %d tensors, want %d", len(data), len(tensors))
	}
	for i, t := range tensors {
		if len(data[i]) != t.Bytes() {
			return fmt.Errorf("[%d]: %d bytes, want %d", i, len(data[i]), t.Bytes())
		}
	}
	return nil
}
