package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Definition says what the results that carry its id mean. On the wire: [2, {1: pipeline, …, 7: engine}].
//
// It is appended to the stream of results when a pipeline starts, when it changes, and every so often again, so that
// an eviction never leaves results without a meaning for long.
type Definition struct {
	Pipeline  string
	Model     string
	Version   string
	Labels    []string
	Source    string
	Threshold float64 // finite
	Engine    string  // the engine's report, as "tflite 2.21.0 xnnpack(9/11)"
}

type (
	definitionForm struct {
		_    struct{} `cbor:",toarray"`
		Kind uint8
		Body definitionBody
	}
	definitionBody struct {
		Pipeline  string   `cbor:"1,keyasint"`
		Model     string   `cbor:"2,keyasint"`
		Version   string   `cbor:"3,keyasint"`
		Labels    []string `cbor:"4,keyasint"`
		Source    string   `cbor:"5,keyasint"`
		Threshold float64  `cbor:"6,keyasint"`
		Engine    string   `cbor:"7,keyasint"`
	}
)

// AppendDefinition appends the encoding of d to dst.
func AppendDefinition(dst []byte, d Definition) ([]byte, error) {
	if err := d.check(); err != nil {
		return dst, fmt.Errorf("encode definition: %w", err)
	}
	out, err := appendCBOR(dst, &definitionForm{Kind: kindDefinition, Body: definitionBody(d)})
	if err != nil {
		return dst, fmt.Errorf("encode definition: %w", err)
	}
	return out, nil
}

// DefinitionID is the name by which results refer to a definition: the first four bytes of the SHA-256 of its
// encoding, big-endian.
func DefinitionID(encoded []byte) uint32 {
	sum := sha256.Sum256(encoded)
	return binary.BigEndian.Uint32(sum[:4])
}

func decodeDefinition(p []byte) (any, error) {
	var f definitionForm
	if err := unmarshal(p, &f); err != nil {
		return nil, err
	}
	d := Definition(f.Body)
	if d.Labels == nil {
		return nil, errors.New("no list of labels")
	}
	return d, d.check()
}

func (d *Definition) check() error {
	if math.IsNaN(d.Threshold) || math.IsInf(d.Threshold, 0) {
		return errors.New("threshold is not a number")
	}
	if len(d.Labels) > math.MaxUint16+1 {
		return fmt.Errorf("%d labels", len(d.Labels))
	}
	if err := checkTexts(d.Labels...); err != nil {
		return err
	}
	return checkTexts(d.Pipeline, d.Model, d.Version, d.Source, d.Engine)
}
