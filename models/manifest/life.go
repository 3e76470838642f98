package manifest

// This file holds what a bundle asks of a device beyond running the model: the acceptance test, the trial, the drift
// reference; and where the model comes from.

// Acceptance is the labelled set that the model must pass on the device itself, before it becomes active.
type Acceptance struct {
	File   string  // file; OpenCases reads it
	Bounds []Bound // bounds
}

// Bound is one condition on a metric of the acceptance test. Exactly one of Min and Max is set.
type Bound struct {
	Metric string   // metric: "accuracy", "recall[running]", "latency_p99_ms"
	Slice  string   // slice: the part of the set that is judged; absent for all of it
	Min    *float64 // min: the lower end of the metric's interval must not be below
	Max    *float64 // max: the upper end must not be above
}

// Trial says how a new version proves itself beside the old one, and what ends it. A ratio or share is of the trial's
// own windows.
type Trial struct {
	Windows        int     // windows: length of the trial; zero when it is in minutes
	Minutes        int     // minutes
	P95Ratio       float64 // p95_ratio: highest p95 of the latency, as a multiple of the old version's
	ErrorRate      float64 // error_rate: highest share of windows whose inference fails
	NaNRate        float64 // nan_rate: highest share of windows with an output that is no number
	OutputDrift    float64 // output_drift: highest PSI of the distribution of decisions and scores
	ReferenceDrift float64 // reference_drift: highest PSI of a label's scores to the drift reference, beyond chance; zero only tells it
	MemoryGrowth   float64 // memory_growth: highest growth of resident memory, as a share
	Attempts       int     // attempts: starts before the version is given up
}

// StandardTrial is what holds where the manifest says nothing. PSI above 0.25 is commonly read as a large shift.
func StandardTrial() Trial {
	return Trial{Minutes: 10, P95Ratio: 1.5, ErrorRate: 0.001, NaNRate: 0, OutputDrift: 0.25, MemoryGrowth: 0.2, Attempts: 3}
}

// ReferenceSet names the file of the drift reference.
type ReferenceSet struct {
	File string // file; Open reads it into Bundle.Reference
}

// Provenance says where the model comes from, by key. Some keys have a form that Parse holds them to: git (a commit),
// dataset_sha256, dvc (a DVC revision: MD5 in hex, with .dir for a folder), mlflow_run. Any other key is free text.
type Provenance map[string]string
