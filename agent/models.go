package agent

// ModelStatus is one version of a model that came as a bundle.
type ModelStatus struct {
	Model    string   `json:"model"`              // "motions@2"; empty when the bundle could not be opened
	File     string   `json:"file"`               // SHA-256 of the bundle's file
	State    string   `json:"state"`              // of design and of package shelf: "verified", "refused"
	Reason   string   `json:"reason,omitempty"`   // why it is refused, or what is said against it since
	Code     string   `json:"code,omitempty"`     // of the same, as docs/models.md and docs/trust.md list them
	From     string   `json:"from,omitempty"`     // the name under which the file was given
	Failures int      `json:"failures,omitempty"` // trials here that it did not pass, since it last passed one
	Failed   string   `json:"failed,omitempty"`   // why, the last time
	Bytes    int64    `json:"bytes,omitempty"`
	Unsigned bool     `json:"unsigned,omitempty"` // no owner signed it
	Folder   string   `json:"folder,omitempty"`
	Uses     []string `json:"uses,omitempty"` // "activity: committed"
}

// SwapStatus is a version on its way to a pipeline, and how the one before it ended.
type SwapStatus struct {
	Model    string  `json:"model,omitempty"` // that is to follow; empty when none is
	State    string  `json:"state,omitempty"` // "waiting", "activating", "trial"
	Attempt  int     `json:"attempt,omitempty"`
	Attempts int     `json:"attempts,omitempty"`
	Windows  uint64  `json:"windows,omitempty"` // of the trial so far
	P95      float64 `json:"p95_us,omitempty"`  // of the version on trial
	Former   float64 `json:"former_p95_us,omitempty"`
	Note     string  `json:"note,omitempty"` // what stands in the way

	Last       string `json:"last,omitempty"`        // the version whose trial ended last
	LastState  string `json:"last_state,omitempty"`  // "committed" or "reverted"
	LastReason string `json:"last_reason,omitempty"` //

	LastInstead string `json:"last_instead,omitempty"` // of a revert: what the pipeline uses since
}

// ModelRequest asks a pipeline to use a version, or to go back to the one before.
type ModelRequest struct {
	Model    string `json:"model"`              // "motions@2"; of a revert the name alone
	Pipeline string `json:"pipeline,omitempty"` // empty: every pipeline that uses the name
	Force    bool   `json:"force,omitempty"`    // also a version that has failed its trials
}
