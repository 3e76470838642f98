package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Stage is how far a delegate came on its walk from a wish to work.
type Stage string

const (
	Requested Stage = "requested" // the preference names it
	Loaded    Stage = "loaded"    // its library is open and has the functions
	Created   Stage = "created"   // it gave a delegate
	Applied   Stage = "applied"   // it took operators of the model, counted by an observer
	Verified  Stage = "verified"  // its numbers agree with the CPU's
	Active    Stage = "active"    // it runs the model
)

// Reason is why a walk ended before Active. The list below is closed: programs may switch on it.
type Reason string

const (
	ReasonUnknown      Reason = "unknown_delegate"    // no delegate of that name in this engine
	ReasonNoLibrary    Reason = "no_library"          // its library is not there or does not open
	ReasonWrongArch    Reason = "wrong_arch"          // its library is for another processor
	ReasonNoSymbol     Reason = "no_symbol"           // its library, or this runtime, lacks the functions
	ReasonVersion      Reason = "version_mismatch"    // library and runtime do not fit each other
	ReasonNotOffered   Reason = "not_offered"         // known not to work on this board
	ReasonNoDevice     Reason = "no_device"           // the library is there, the device is not
	ReasonCreate       Reason = "create_failed"       // the library gave no delegate
	ReasonPrepare      Reason = "prepare_failed"      // it failed when it was applied to the model
	ReasonNoNodes      Reason = "no_nodes"            // it took none of the model's operators
	ReasonInvoke       Reason = "invoke_failed"       // it failed when it ran
	ReasonWrongNumbers Reason = "wrong_numbers"       // its answers differ too much from the CPU's
	ReasonSlower       Reason = "slower"              // the CPU, or another verified delegate, is faster
	ReasonCrashed      Reason = "probe_crashed"       // the probe's process died of a signal
	ReasonIllegal      Reason = "illegal_instruction" // ... because this processor lacks an instruction
	ReasonHung         Reason = "probe_hung"          // the probe did not end within its limit
	ReasonNoResult     Reason = "probe_no_result"     // the probe's process ended without an answer
	ReasonProbe        Reason = "probe_failed"        // the probe could not be made
)

// Reasons is the closed list.
func Reasons() []Reason {
	return []Reason{
		ReasonUnknown, ReasonNoLibrary, ReasonWrongArch, ReasonNoSymbol, ReasonVersion, ReasonNotOffered, ReasonNoDevice,
		ReasonCreate, ReasonPrepare, ReasonNoNodes, ReasonInvoke, ReasonWrongNumbers, ReasonSlower, ReasonCrashed,
		ReasonIllegal, ReasonHung, ReasonNoResult, ReasonProbe,
	}
}

// Walk is how far one delegate came with one model, and why no further.
type Walk struct {
	Delegate  string  `json:"delegate"`
	Stage     Stage   `json:"stage"`            // the last one that it reached
	Reason    Reason  `json:"reason,omitempty"` // why it went no further; empty when it is Active or still on its way
	Text      string  `json:"text,omitempty"`   // the reason as a clause for people
	Nodes     int     `json:"nodes,omitempty"`  // operators in the model's execution plan before any delegate
	Delegated int     `json:"delegated,omitempty"`
	Parts     int     `json:"parts,omitempty"` // delegate kernels that replaced them
	Parity    *Parity `json:"parity,omitempty"`
}

// Parity is how a delegate's answers and times compare with the CPU's.
type Parity struct {
	Vectors   int           `json:"vectors"`   // inputs that both ran
	MaxSteps  float64       `json:"max_steps"` // largest difference of an output value, in quantisation steps; of floats, in permitted relative errors
	P99Steps  float64       `json:"p99_steps"` // 99th percentile of the same
	Top1      float64       `json:"top1"`      // share of vectors with the same highest value
	Decided   float64       `json:"decided"`   // the same where the CPU's lead is more than a doubt
	Cosine    float64       `json:"cosine"`    // least similarity of two outputs as directions
	Reference string        `json:"reference"` // what it was compared with: "none", "golden"
	Latency   time.Duration `json:"latency_ns"`
	First     time.Duration `json:"first_ns"` // of the first inference, which may compile
	CPU       time.Duration `json:"cpu_ns"`   // the fastest CPU way; zero when the CPU cannot run the model
}

func (w Walk) String() string {
	s := fmt.Sprintf("%s: %s", w.Delegate, w.Stage)
	if w.Nodes > 0 {
		s += fmt.Sprintf(" (%d of %d operators in %d parts)", w.Delegated, w.Nodes, w.Parts)
	}
	if p := w.Parity; p != nil {
		s += fmt.Sprintf(", %s", p)
	}
	if w.Reason != "" {
		s += fmt.Sprintf(", then cpu(%s): %s", w.Reason, w.Text)
	}
	return s
}

func (p *Parity) String() string {
	s := fmt.Sprintf("at most %.3g steps off (99 %%: %.3g), top-1 %.4g %% of %d, %s per inference",
		p.MaxSteps, p.P99Steps, 100*p.Top1, p.Vectors, Brief(p.Latency))
	if p.CPU > 0 {
		s += fmt.Sprintf(" (CPU %s)", Brief(p.CPU))
	}
	return s
}

// Brief is a time with three digits, for people.
func Brief(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}

// Fault is an error that ends a delegate's walk at a stage with a reason.
type Fault struct {
	Reason Reason
	Text   string
}

func (f *Fault) Error() string { return f.Text }

// Faultf makes a Fault.
func Faultf(r Reason, format string, args ...any) *Fault {
	return &Fault{r, fmt.Sprintf(format, args...)}
}

// Reasoned is one sentence about the walks that came to nothing; empty when there are none.
func Reasoned(walks []Walk) string {
	var all []string
	for _, w := range walks {
		if w.Reason != "" {
			all = append(all, fmt.Sprintf("%s (%s): %s", w.Delegate, w.Reason, w.Text))
		}
	}
	return strings.Join(all, "; ")
}

// Told is tried with what has become of it since: a delegate that is in both keeps its numbers and gets its new end.
func Told(tried, since []Walk) []Walk {
	var all []Walk
	for _, w := range tried {
		if i := slices.IndexFunc(since, func(s Walk) bool { return s.Delegate == w.Delegate }); i < 0 {
			all = append(all, w)
		}
	}
	for _, w := range since {
		if i := slices.IndexFunc(tried, func(t Walk) bool { return t.Delegate == w.Delegate }); i >= 0 && w.Parity == nil {
			w.Parity = tried[i].Parity
		}
		all = append(all, w)
	}
	return all
}
