package errand

import "time"

// Errand is one program to run in the guest, as root.
type Errand struct {
	Argv  []string      `json:"argv"`
	Stdin []byte        `json:"stdin,omitempty"`
	Until string        `json:"until,omitempty"` // end the program when a line of its output matches this expression
	Limit time.Duration `json:"limit"`           // then it is killed
}

// Result is how it went.
type Result struct {
	Code  int    `json:"code"` // of the exit; -1 when the program was killed at its limit or could not be started
	Out   []byte `json:"out"`
	Err   []byte `json:"err"`
	Line  string `json:"line,omitempty"`  // that matched Until
	Fault string `json:"fault,omitempty"` // why there is no exit code
}
