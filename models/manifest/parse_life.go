package manifest

import (
	"maps"
	"regexp"
	"slices"
)

const (
	standardCard   = "card.md"
	maxBounds      = 256
	maxTrialLength = 100_000_000
	maxMinutes     = 60 * 24 * 90
	maxRatio       = 1000
	maxAttempts    = 100
)

var (
	metricForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}(\[[^\[\]\x00-\x1f]{1,200}\])?$`)
	factForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,62}$`)
)

// factForms are the keys of provenance that programs read.
var factForms = map[string]struct {
	form *regexp.Regexp
	want string
}{
	"git":            {regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`), "a commit of 40 or 64 hex digits"},
	"dataset_sha256": {regexp.MustCompile(`^[0-9a-f]{64}$`), "a SHA-256 of 64 hex digits"},
	"dvc":            {regexp.MustCompile(`^[0-9a-f]{32}(\.dir)?$`), "a DVC revision: 32 hex digits, .dir behind them for a folder"},
	"mlflow_run":     {regexp.MustCompile(`^[0-9a-f]{32}$`), "an MLflow run of 32 hex digits"},
}

func (r *reader) acceptance(o object) (a Acceptance) {
	sub, ok := r.object(o, "acceptance", false)
	if !ok {
		return a
	}
	a.File = r.formed(sub, "file", fileForm, "a plain file name")
	r.each(sub, "bounds", true, 1, maxBounds, func(v any, at string) {
		if b, ok := r.asObject(v, at); ok {
			a.Bounds = append(a.Bounds, r.bound(b))
		}
	})
	r.end(sub)
	return a
}

func (r *reader) bound(o object) (b Bound) {
	b.Metric = r.formed(o, "metric", metricForm, `a metric as "accuracy" or "recall[label]"`)
	b.Slice = r.text(o, "slice", false, maxText)
	b.Min, b.Max = r.limit(o, "min"), r.limit(o, "max")
	if r.err == nil && (b.Min == nil) == (b.Max == nil) {
		r.fail(o.at, "want one of min and max")
	}
	r.end(o)
	return b
}

// limit is a number that may be absent.
func (r *reader) limit(o object, key string) *float64 {
	if !r.has(o, key) {
		return nil
	}
	n := r.number(o, key, true)
	return &n
}

func (r *reader) trial(o object) Trial {
	t := StandardTrial()
	sub, ok := r.object(o, "trial", false)
	if !ok {
		return t
	}
	if r.has(sub, "reference_drift") && !r.has(o, "reference") {
		r.fail(sub.at+".reference_drift", "stands without a reference to compare with")
	}
	windows, minutes := r.has(sub, "windows"), r.has(sub, "minutes")
	switch {
	case windows && minutes:
		r.fail(sub.at+".minutes", "stands beside windows; a trial has one length")
	case windows:
		t.Minutes, t.Windows = 0, r.integer(sub, "windows", 1, maxTrialLength)
	case minutes:
		t.Minutes = r.integer(sub, "minutes", 1, maxMinutes)
	}
	t.P95Ratio = r.bounded(sub, "p95_ratio", 1, maxRatio, t.P95Ratio)
	t.ErrorRate = r.bounded(sub, "error_rate", 0, 1, t.ErrorRate)
	t.NaNRate = r.bounded(sub, "nan_rate", 0, 1, t.NaNRate)
	t.OutputDrift = r.bounded(sub, "output_drift", 0, maxRatio, t.OutputDrift)
	t.ReferenceDrift = r.bounded(sub, "reference_drift", 0, maxRatio, 0)
	t.MemoryGrowth = r.bounded(sub, "memory_growth", 0, maxRatio, t.MemoryGrowth)
	if r.has(sub, "attempts") {
		t.Attempts = r.integer(sub, "attempts", 1, maxAttempts)
	}
	r.end(sub)
	return t
}

// bounded is a number between low and high; absent, it is standard.
func (r *reader) bounded(o object, key string, low, high, standard float64) float64 {
	if !r.has(o, key) {
		return standard
	}
	n := r.number(o, key, true)
	if r.err == nil && !(n >= low && n <= high) {
		r.fail(member(o.at, key), "is %v, want %v to %v", n, low, high)
	}
	return n
}

func (r *reader) reference(o object) (s ReferenceSet) {
	if sub, ok := r.object(o, "reference", false); ok {
		s.File = r.formed(sub, "file", fileForm, "a plain file name")
		r.end(sub)
	}
	return s
}

func (r *reader) card(o object) string {
	if !r.has(o, "card") {
		return ""
	}
	return r.formed(o, "card", fileForm, "a plain file name")
}

func (r *reader) provenance(o object) Provenance {
	facts := r.texts(o, "provenance", false, maxFacts, maxFact)
	at := member(o.at, "provenance")
	for _, key := range slices.Sorted(maps.Keys(facts)) {
		if r.err == nil && !factForm.MatchString(key) {
			r.fail(member(at, key), "want a key of lower-case letters, digits, _ . and -")
		}
		if f, known := factForms[key]; r.err == nil && known && !f.form.MatchString(facts[key]) {
			r.fail(member(at, key), "is %.80q, want %s", facts[key], f.want)
		}
	}
	return facts
}

// listedLife checks that the optional files are there, and that none has two roles.
func (r *reader) listedLife(m *Manifest) {
	if m.Acceptance.File != "" {
		r.listed(m, "$.acceptance.file", m.Acceptance.File)
	}
	if m.DriftSet.File != "" {
		r.listed(m, "$.reference.file", m.DriftSet.File)
	}
	if m.CardFile != "" {
		r.listed(m, "$.card", m.CardFile)
	}
	r.apart(m)
}

// apart refuses one file in two roles.
func (r *reader) apart(m *Manifest) {
	roles := map[string]string{}
	for _, f := range []struct{ at, name string }{
		{"$.engine.name", m.ModelFile()}, {"$.labels", m.LabelsFile}, {"$.golden.file", m.GoldenSet.File},
		{"$.acceptance.file", m.Acceptance.File}, {"$.reference.file", m.DriftSet.File}, {"$.card", m.CardFile},
	} {
		if first, taken := roles[f.name]; taken && f.name != "" {
			r.fail(f.at, "file %s is also %s", f.name, first)
		}
		roles[f.name] = f.at
	}
}
