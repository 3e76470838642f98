package wire

// Result is one decision of a pipeline. On the wire: [1, definition, label, score, flags].
type Result struct {
	Definition uint32 // DefinitionID of the definition that names the model and its labels
	Label      uint16 // index into the definition's labels
	Score      uint16 // of 65,535; see Probability
	Flags      Flags
}

// Flags of a result. The bits are on the wire: never renumber them.
type Flags uint8

const (
	Held    Flags = 1 << 0 // the decision is held: the state is active
	Changed Flags = 1 << 1 // this result changed the state
)

// Probability is the score as a number from 0 to 1.
func (r Result) Probability() float64 { return float64(r.Score) / 65535 }

// ScoreOf is the inverse of Probability: p is clamped to 0 to 1 and rounded to the nearest step; NaN becomes 0.
func ScoreOf(p float64) uint16 {
	switch {
	case !(p > 0):
		return 0
	case p >= 1:
		return 65535
	}
	return uint16(p*65535 + 0.5)
}

// AppendResult appends the encoding of r to dst. It allocates nothing when dst has MaxResult bytes to spare.
func AppendResult(dst []byte, r Result) []byte {
	dst = appendHead(dst, majorArray, 5)
	dst = appendHead(dst, majorUint, kindResult)
	dst = appendHead(dst, majorUint, uint64(r.Definition))
	dst = appendHead(dst, majorUint, uint64(r.Label))
	dst = appendHead(dst, majorUint, uint64(r.Score))
	return appendHead(dst, majorUint, uint64(r.Flags))
}

// MaxResult is the largest size of an encoded result.
const MaxResult = 1 + 1 + 5 + 3 + 3 + 2

type resultForm struct {
	_          struct{} `cbor:",toarray"`
	Kind       uint8
	Definition uint32
	Label      uint16
	Score      uint16
	Flags      uint8
}

func decodeResult(p []byte) (any, error) {
	var f resultForm
	if err := unmarshal(p, &f); err != nil {
		return nil, err
	}
	return Result{Definition: f.Definition, Label: f.Label, Score: f.Score, Flags: Flags(f.Flags)}, nil
}
