// Package pipeline is the hot path: source, window, session, decision, record.
//
// A Feed runs a source and writes its samples into one ring per pipeline. A Pipeline reads its ring on one goroutine
// that is locked to an OS thread: it frames the samples straight into the session's input, invokes the model, decides
// (threshold, hold, hysteresis) and appends what is worth keeping to the recorder. Between sample and record nothing is
// allocated and no lock is held while hardware or a model works.
//
// Swap exchanges the model between two windows: the new one's framer is fed beside the old one's until it holds a full
// window, the old session stays for an instant Back. While both are open, the old one answers as many windows as there is time for, so
// that Trial compares the two on the same time; Guards say when the new one is to be given up.
//
// A call of the engine that outlives its limit makes the pipeline degraded at once, with an event, and is cancelled where
// the session can; while it goes on Progress tells, and the service manager's watchdog is not fed.
//
// What is lost is counted, by owner and cause, in the ledger: ring_overrun, pipeline_absent and source_gap of a source;
// wrong_shape, window_refused, invoke_failed, invoke_lost, output_refused, record_refused and swap_pause of a pipeline.
//
// It imports the vocabulary of sensing, models and the wire, and package agent; never a concrete source, engine or
// store. Each Feed and each Pipeline lives on the goroutine of its Run and starts no other; the watchdog's
// timer has one for a moment.
package pipeline
