package agent

import (
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Micros is a time or a length of time in microseconds; times are on CLOCK_BOOTTIME.
type Micros int64

// MicrosOf rounds d towards zero.
func MicrosOf(d time.Duration) Micros { return Micros(d / time.Microsecond) }

// Duration is the inverse of MicrosOf.
func (m Micros) Duration() time.Duration { return time.Duration(m) * time.Microsecond }

// Status is everything the agent says of itself, as agent/control serves it.
type Status struct {
	Agent     string           `json:"agent"` // version of the program
	Device    string           `json:"device"`
	Boot      uint64           `json:"boot"`      // counts the device's boots, from 1
	Now       Micros           `json:"now_us"`    // the moment of this status
	Uptime    Micros           `json:"uptime_us"` // of the process
	Sources   []SourceStatus   `json:"sources"`
	Pipelines []PipelineStatus `json:"pipelines"`
	Streams   []StreamStatus   `json:"streams"`
	Uplink    *UplinkStatus    `json:"uplink,omitempty"` // nil when no hub is configured
	Ledger    []LedgerEntry    `json:"ledger"`
	Tasks     []TaskStatus     `json:"tasks"`
	Shelf     string           `json:"shelf,omitempty"`    // that the state of the models' shelf was lost; until a version is activated, or the agent starts again
	Doubts    []string         `json:"doubts,omitempty"`   // versions in use that may not be put to use any more
	Warnings  []string         `json:"warnings,omitempty"` // what stands as long as the configuration does
}

// SourceStatus is one source.
type SourceStatus struct {
	Name    string `json:"name"`
	What    string `json:"what"` // as "replay testdata/recordings"
	State   State  `json:"state"`
	Reason  string `json:"reason,omitempty"`
	Since   Micros `json:"since_us"`
	Samples uint64 `json:"samples"`
	Gaps    uint64 `json:"gaps"`
	Skipped uint64 `json:"skipped"` // read, and of no use
	Dropped uint64 `json:"dropped"` // taken by the hardware, and read by nobody

	Rate   float64          `json:"rate_hz"`       // measured over the last blocks; zero until it is known
	Jitter Micros           `json:"jitter_us"`     // mean distance of a block's time from where the rate puts it
	Bus    *TransfersStatus `json:"bus,omitempty"` // of a chip: its transfers
}

// TransfersStatus counts the transfers between a bus and one address since the process started.
type TransfersStatus struct {
	Done    uint64 `json:"done"`
	Failed  uint64 `json:"failed"`
	Retried uint64 `json:"retried"`
	Worst   Micros `json:"worst_us"` // the longest one, with its retries
	Last    string `json:"last_error,omitempty"`
	Advice  string `json:"advice,omitempty"` // what a person can do about it
}

// PipelineStatus is one model at work.
type PipelineStatus struct {
	Name      string            `json:"name"`
	Source    string            `json:"source"`
	Model     string            `json:"model"`
	Version   string            `json:"version"`
	Engine    string            `json:"engine"` // as "tflite 2.21.0 xnnpack(9/11)"; empty until the model is open
	State     State             `json:"state"`
	Reason    string            `json:"reason,omitempty"`
	Since     Micros            `json:"since_us"`
	Windows   uint64            `json:"windows"`        // windows that went into the model
	Decisions uint64            `json:"decisions"`      // windows that came out with a usable answer
	Recorded  uint64            `json:"recorded"`       // results handed to the spool
	Last      *DecisionStatus   `json:"last,omitempty"` // nil until the model that is open has decided
	Invoke    LatencyStatus     `json:"invoke"`
	Drops     map[string]uint64 `json:"drops,omitempty"`     // by cause, since the process started
	Swap      *SwapStatus       `json:"swap,omitempty"`      // nil when the pipeline has only ever used what the configuration names
	Delegates []engine.Walk     `json:"delegates,omitempty"` // how far each that was wished for came; the one that runs is among them
}

// DecisionStatus is one decision.
type DecisionStatus struct {
	Label string  `json:"label"`
	Score float64 `json:"score"` // 0 to 1
	At    Micros  `json:"at_us"` // time of the window's last sample
	Held  bool    `json:"held"`
}

// LatencyStatus tells how long the engine takes for one window.
type LatencyStatus struct {
	P50 float64 `json:"p50_us"`
	P95 float64 `json:"p95_us"`
	P99 float64 `json:"p99_us"`
	Max float64 `json:"max_us"`
}

// StreamStatus is one stream of the spool.
type StreamStatus struct {
	Name    string `json:"name"`
	Class   string `json:"class"`
	Head    uint64 `json:"head"` // the last number given
	Low     uint64 `json:"low"`  // the smallest number that is not yet acknowledged
	Waiting uint64 `json:"waiting"`
	Bytes   uint64 `json:"bytes"` // of the waiting records
	Gaps    uint64 `json:"gaps"`  // numbers without a record that the hub has not been told of yet
}

// UplinkStatus is the connection to the hub.
type UplinkStatus struct {
	State  string `json:"state"` // as the uplink names it: "connected", "waiting"
	Since  Micros `json:"since_us"`
	URL    string `json:"url"`
	Reason string `json:"reason,omitempty"`
}

// LedgerEntry is one counter of what was not kept or not used, since the epoch began.
type LedgerEntry struct {
	Owner string `json:"owner"` // "source/imu" or "pipeline/activity"
	Cause string `json:"cause"`
	Total uint64 `json:"total"`
}

// TaskStatus is one task of the supervisor.
type TaskStatus struct {
	Name     string `json:"name"`
	Stage    string `json:"stage"`
	State    State  `json:"state"`
	Reason   string `json:"reason,omitempty"`
	Since    Micros `json:"since_us"`
	Restarts uint64 `json:"restarts"`
	RetryAt  Micros `json:"retry_at_us,omitempty"` // when a failed task starts again
}
