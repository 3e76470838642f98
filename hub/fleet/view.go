package fleet

import (
	"encoding/json"
	"time"

	"github.com/dunlin-iot/dunlin/hub/store"
)

// Key names a device within the hub: its tenant and its name.
type Key = store.Device

// Device is one device at a glance.
type Device struct {
	Tenant    string    `json:"tenant" doc:"Whose device it is."`
	Name      string    `json:"name" doc:"The device's name within its tenant."`
	State     State     `json:"state" enum:"ready,sleeping,disconnected,lost,unknown" doc:"What the device last said of itself; lost is said by the broker for it."`
	Since     time.Time `json:"since,omitzero" doc:"When the state began."`
	Seen      time.Time `json:"seen,omitzero" doc:"When the hub last received anything from it."`
	Stale     bool      `json:"stale" doc:"It says ready, yet nothing has arrived for two minutes."`
	Version   string    `json:"version,omitempty" doc:"The agent's version."`
	Boot      uint64    `json:"boot,omitempty" doc:"Counts the device's boots, from 1."`
	Problem   string    `json:"problem,omitempty" doc:"What is wrong, in one sentence; absent when nothing is."`
	Waiting   uint64    `json:"waiting" doc:"Records the device has committed and the hub has not received, as far as the hub was told."`
	Delivered uint64    `json:"delivered" doc:"Records received exactly once."`
	Missing   uint64    `json:"missing" doc:"Numbers that will never come, each with a cause."`
	Last      *Decision `json:"last,omitempty" doc:"The newest decision."`
}

// Key is the device's name in full.
func (d Device) Key() Key { return Key{Tenant: d.Tenant, Name: d.Name} }

// Decision is what a pipeline concluded from one window.
type Decision struct {
	Cursor    Cursor    `json:"cursor" doc:"Names this decision; pass it as since."`
	Pipeline  string    `json:"pipeline"`
	Model     string    `json:"model"`
	Version   string    `json:"version" doc:"The model's version."`
	Label     string    `json:"label"`
	Score     float64   `json:"score" minimum:"0" maximum:"1"`
	Threshold float64   `json:"threshold" doc:"Below this score the pipeline does not trust the label."`
	Held      bool      `json:"held" doc:"The label has held for as many windows as the pipeline asks."`
	Changed   bool      `json:"changed" doc:"The held label changed with this window."`
	At        time.Time `json:"at" doc:"When it was made: the device's clock, dated by the hub."`
	Received  time.Time `json:"received" doc:"When the hub received it."`
	Boot      uint64    `json:"boot" doc:"In which of the device's boots."`

	definition uint32 // which definition gave the names above
}

// Stream is the completeness of one stream over all its epochs: delivered + gaps = 1 … upto, the rest is waiting.
type Stream struct {
	Name      string  `json:"name"`
	Epochs    int     `json:"epochs" doc:"How many series of numbers this stream has had."`
	Delivered uint64  `json:"delivered"`
	Gaps      []Cause `json:"gaps" doc:"Numbers without records, by cause."`
	Waiting   uint64  `json:"waiting"`
}

// Missing is the sum of all gaps.
func (s Stream) Missing() uint64 {
	var n uint64
	for _, g := range s.Gaps {
		n += g.Count
	}
	return n
}

// Cause counts the numbers of a stream that have no record for one reason.
type Cause struct {
	Cause string `json:"cause" doc:"evicted, expired, refused, epoch_lost or hub_lost."`
	Count uint64 `json:"count"`
}

// Loss is one counter of the device's ledger: what never became a record, and why.
type Loss struct {
	Owner string `json:"owner" doc:"A source or a pipeline, as source/imu."`
	Cause string `json:"cause"`
	Count uint64 `json:"count"`
}

// Event is something that happened on a device.
type Event struct {
	Name     string    `json:"name"`
	Facts    []Fact    `json:"facts"`
	At       time.Time `json:"at"`
	Received time.Time `json:"received"`

	Document json.RawMessage `json:"document,omitempty" doc:"What the event carries whole, such as the report of an acceptance."`
}

// Fact is one detail of an event.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Gauge is the latest value of one measurement a device reports of itself.
type Gauge struct {
	Owner    string    `json:"owner"`
	Name     string    `json:"name" doc:"Its end tells the unit, as invoke_p50_us."`
	Value    float64   `json:"value"`
	Received time.Time `json:"received"`
}

// Pipeline is one model at work on one source.
type Pipeline struct {
	Name      string    `json:"name"`
	Model     string    `json:"model"`
	Version   string    `json:"version"`
	Source    string    `json:"source"`
	Labels    []string  `json:"labels"`
	Threshold float64   `json:"threshold"`
	Engine    string    `json:"engine" doc:"Where and how the model really runs."`
	Last      *Decision `json:"last,omitempty"`
	Since     time.Time `json:"since,omitzero" doc:"Since when the newest label has been the answer, as far back as the hub looked."`

	same bool // while looking back: every decision so far had the newest label
}

// Detail is everything the hub knows of one device.
type Detail struct {
	Device
	Pipelines []Pipeline `json:"pipelines"`
	Streams   []Stream   `json:"streams"`
	Ledger    []Loss     `json:"ledger"`
	Events    []Event    `json:"events"`
	Gauges    []Gauge    `json:"gauges"`
}

// Overview is the fleet at a glance, the worst devices first.
type Overview struct {
	Sentence string
	Counts   map[State]int
	Trouble  int // devices with a problem
	Devices  []Device
}
