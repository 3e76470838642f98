package config

import (
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Config is a whole configuration that can be used: every value is in range, every name refers to something, every
// path is absolute. Lists are sorted by name.
type Config struct {
	DeviceID    string
	Tags        map[string]string
	Hub         *HubConfig // nil: the device works alone
	Sources     []SourceConfig
	Pipelines   []PipelineConfig
	Spool       SpoolConfig
	ModelRoots  []string
	ModelBudget int64  // bytes of imported versions
	TFLite      string // empty: the known folders are searched
	ONNX        string // likewise
	LogLevel    Level
	// AllowUnsigned lets bundles in that no owner signed.
	AllowUnsigned bool
	Socket        string
	State         string
	File          File // what the files said, defaults filled in
}

// HubConfig is where records go.
type HubConfig struct {
	URL    string
	Tenant string
}

// PipelineConfig is one model at work on one source.
type PipelineConfig struct {
	Name      string
	Source    string
	Model     ModelRef
	Delegates []string        // preference, best first
	Plugins   []engine.Plugin // what its words mean where the file says so
	AsListed  bool            // the first sound delegate wins, not the fastest
	Threads   int
	Isolated  bool          // in a process of its own
	Limit     time.Duration // of one inference; zero: it is learned
	Threshold *float64      // nil: as the manifest says
	Hold      *int          // nil: as the manifest says
	Report    Report
	On        bool
}

// SpoolConfig is the durable outbox.
type SpoolConfig struct {
	Max   int64
	Every time.Duration
	Quiet time.Duration
}
