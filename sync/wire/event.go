package wire

import (
	"errors"
	"fmt"
)

// Event is something that happened, with its facts. On the wire: [3, name, {text: text|int}].
type Event struct {
	Name  string
	Facts map[string]any // each a string or an int64
}

// Names of events that both sides know.
const (
	EventUncleanStop      = "unclean_stop"      // life, last_commit_us, within_us, records: rule D6
	EventEpochClosed      = "epoch_closed"      // epoch, reason: rule D5
	EventRewound          = "rewound"           // epoch, newer, moved: rule H4
	EventPipelineStarted  = "pipeline_started"  // pipeline, model
	EventPipelineDegraded = "pipeline_degraded" // pipeline, reason
	EventModelSwapped     = "model_swapped"     // pipeline, model, from, engine: the results that follow are another model's
	EventModelMeasured    = "model_measured"    // pipeline, model, passed, and the whole report as a document
	EventModelDoubted     = "model_doubted"     // pipeline, model, reason: it is in use, and may not be put to use any more
	EventShelfRebuilt     = "shelf_rebuilt"     // reason, versions: what the pipelines used, and which versions failed, is forgotten
	EventModelTrial       = "model_trial"       // pipeline, model, and the headline of its acceptance
	EventModelCommitted   = "model_committed"   // pipeline, model, reason, attempts
	EventModelReverted    = "model_reverted"    // pipeline, model, instead, phase, reason, attempts
)

// EventRecord encodes an event whose facts come from elsewhere, as an error or what a library printed before it died: texts
// that are longer than a record may hold are clipped, in facts too, for none of them may keep an event from being told.
func EventRecord(name string, facts map[string]any) ([]byte, error) {
	for key, v := range facts {
		if text, ok := v.(string); ok {
			facts[key] = Clip(text)
		}
	}
	return AppendEvent(nil, Event{Name: name, Facts: facts})
}

type eventForm struct {
	_     struct{} `cbor:",toarray"`
	Kind  uint8
	Name  string
	Facts map[string]any
}

// AppendEvent appends the encoding of e to dst. Facts that are neither string nor int64 are an error.
func AppendEvent(dst []byte, e Event) ([]byte, error) {
	if err := e.check(); err != nil {
		return dst, fmt.Errorf("encode event %q: %w", e.Name, err)
	}
	out, err := appendCBOR(dst, &eventForm{Kind: kindEvent, Name: e.Name, Facts: e.Facts})
	if err != nil {
		return dst, fmt.Errorf("encode event %q: %w", e.Name, err)
	}
	return out, nil
}

func decodeEvent(p []byte) (any, error) {
	var f eventForm
	if err := unmarshal(p, &f); err != nil {
		return nil, err
	}
	if f.Facts == nil {
		return nil, errors.New("no map of facts")
	}
	for k, v := range f.Facts {
		if u, ok := v.(uint64); ok && u <= 1<<63-1 {
			f.Facts[k] = int64(u)
		}
	}
	e := Event{Name: f.Name, Facts: f.Facts}
	return e, e.check()
}

func (e *Event) check() error {
	if e.Name == "" {
		return errors.New("no name")
	}
	if len(e.Facts) > maxPairs {
		return fmt.Errorf("%d facts, more than %d", len(e.Facts), maxPairs)
	}
	for k, v := range e.Facts {
		text, isText := v.(string)
		if _, isInt := v.(int64); !isText && !isInt {
			return fmt.Errorf("fact %q is a %T, want string or int64", k, v)
		}
		if err := checkTexts(k, text); err != nil {
			return err
		}
	}
	return checkTexts(e.Name)
}
