package pipeline

import (
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Framer cuts samples into windows; see models/window. Next is called until it returns false before the next Push. A
// framer that also has Fits, as that of models/window, is asked before the first Next whether the input suits it.
type Framer interface {
	Push(block engine.Tensor, discont bool)
	Next(dst engine.Tensor) (ok bool)
	Stats() window.Stats
}

type fitter interface{ Fits(dst engine.Tensor) error }

// Recorder keeps records: the spool. Append copies the record and does not wait for the disk.
type Recorder interface {
	Append(s wire.Stream, at time.Duration, record []byte) error
}

// Ledger counts what was lost, by owner and cause: the spool.
type Ledger interface {
	Count(owner, cause string, n uint64)
}

// Model is what a pipeline runs. Whoever made it hands the session over: the pipeline closes it.
type Model struct {
	Name    string
	Version string
	Labels  []string // one for each element of the first output
	Logits  bool     // the first output gives logits, of which probabilities are made
	Session engine.Session
	Framer  Framer
	Engine  string // engine and version, as "tflite 2.21.0"; the session's report is added

	Channels int // of one sample
	Length   int // samples of one window, and between the ends of two: a model that follows another keeps the rhythm
	Hop      int // of the windows when it knows them; zero means unknown
	Rule     Rule

	Reference *manifest.Reference // how its scores were distributed in training; nil when the bundle does not say
}
