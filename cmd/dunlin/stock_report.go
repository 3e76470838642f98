package main

import (
	"encoding/json"
	"fmt"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// tell sends up what a version's acceptance has measured, whole; of a report that is too long, what is longest stays here.
// A report that cannot be told keeps no version from its trial: it lies in the version's folder.
func (s *stock) tell(l *line, a *acceptance) {
	facts := a.facts()
	facts["pipeline"], facts["model"], facts["passed"] = l.name, a.Model, "yes"
	if !a.Passed {
		facts["passed"], facts["missed"] = "no", a.missedText()
	}
	text, err := a.brief(wire.MaxDocument)
	if err == nil {
		err = wire.AttachDocument(facts, text)
	}
	if err == nil {
		err = s.event(wire.EventModelMeasured, facts)
	}
	if err != nil {
		s.log.Error("report of acceptance is not sent", "pipeline", l.name, "model", a.Model, "err", err)
	}
}

// brief is the report in at most so many bytes of JSON. What a model with hundreds of classes has too much of is left
// out, the longest first, and named in left_out.
func (a *acceptance) brief(most int) (string, error) {
	short, set := *a, *a.Set
	short.Set = &set
	var left []string
	for _, cut := range []struct {
		name string
		drop func()
	}{
		{"", func() {}},
		{"confusion", func() { set.Confusion = nil }},
		{"classes", func() { set.Classes = nil }},
		{"slices", func() { set.Slices = nil }},
		{"labels", func() { set.Labels = nil }},
	} {
		if cut.drop(); cut.name != "" {
			left = append(left, cut.name)
		}
		text, err := json.Marshal(struct {
			acceptance
			LeftOut []string `json:"left_out,omitempty"` // too long to send; report.json on the device has it
		}{short, left})
		if err != nil || len(text) <= most {
			return string(text), err
		}
	}
	return "", fmt.Errorf("report of %s: longer than %d bytes without its lists", a.Model, most)
}
