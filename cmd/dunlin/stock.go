package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// asked is an error whose kind the client is told, and whose text does not repeat it.
type asked struct {
	error
	kind error
}

func (a asked) Unwrap() []error { return []error{a.error, a.kind} }

// sorted tells the client what kind of trouble an error is; wrong is the kind of what the shelf refuses.
func sorted(err, wrong error) error {
	switch {
	case err == nil:
		return nil
	case trust.CodeOf(err) != "":
		return asked{err, control.ErrForbidden}
	case errors.Is(err, shelf.ErrUnknown), errors.Is(err, shelf.ErrNothing):
		return asked{err, control.ErrNotFound}
	case errors.Is(err, shelf.ErrRefused):
		return asked{err, wrong}
	}
	return err
}

// ImportModel puts a bundle on the shelf, if it is to be believed.
func (s *stock) ImportModel(ctx context.Context, name string, bundle io.Reader) (agent.ModelStatus, error) {
	defer s.takes()()
	v, err := s.shelf.Import(ctx, name, bundle)
	if err != nil {
		return agent.ModelStatus{}, sorted(err, control.ErrBadRequest)
	}
	return s.describe(v), nil
}

// ModelVersions are all that came as bundles, in the order in which they came.
func (s *stock) ModelVersions() []agent.ModelStatus {
	out := []agent.ModelStatus{}
	for _, v := range s.shelf.Versions() {
		out = append(out, s.describe(v))
	}
	return out
}

func (s *stock) describe(v shelf.Version) agent.ModelStatus {
	m := agent.ModelStatus{
		File: v.File, From: v.From, State: string(v.State), Reason: v.Reason, Code: v.Code, Failures: v.Failures, Failed: v.Failed,
		Bytes: v.Bytes, Unsigned: v.Unsigned, Folder: v.Folder(),
	}
	if v.Name != "" {
		m.Model = v.Ref()
	}
	for _, slot := range s.shelf.Slots() {
		switch {
		case m.Folder == "", s.lines[slot.Pipeline] == nil: // what a pipeline used that is no more is in use no more
		case slot.Next != nil && slot.Next.Folder == m.Folder:
			m.Uses = append(m.Uses, slot.Pipeline+": "+string(slot.Next.State))
		case slot.Active == m.Folder:
			m.Uses = append(m.Uses, slot.Pipeline+": "+string(shelf.Committed))
		case slot.Previous == m.Folder:
			m.Uses = append(m.Uses, slot.Pipeline+": previous")
		}
	}
	return m
}

// ActivateModel has pipelines try a version. One that uses it already is left out.
func (s *stock) ActivateModel(ctx context.Context, r agent.ModelRequest) ([]string, error) {
	ref, lines, err := s.meant(r)
	if err != nil {
		return nil, err
	}
	if ref.Version == 0 {
		return nil, asked{fmt.Errorf("model %s: say which version, as %s@2", ref, ref), control.ErrBadRequest}
	}
	if err := s.believed(ctx, ref); err != nil {
		return nil, sorted(err, control.ErrForbidden)
	}
	names := []string{}
	var fault error // of the first pipeline that has one; it is no reason to leave out the others
	for _, l := range lines {
		err := s.shelf.Activate(shelf.Request{Pipeline: l.name, Base: l.use.ref.String(), Model: ref, Attempts: s.attempts(ref), Force: r.Force})
		switch {
		case errors.Is(err, shelf.ErrNothing):
		case err != nil:
			fault = cmp.Or(fault, err)
		default:
			names = append(names, l.name)
			l.keeper.Wake()
		}
	}
	if fault != nil && len(names) > 0 {
		fault = fmt.Errorf("%w; it goes on trial on %s all the same", fault, strings.Join(names, ", "))
	}
	return names, sorted(fault, control.ErrForbidden)
}

// believed reports whether a version on the shelf may still be put to use: the rules may be others than when it came.
func (s *stock) believed(ctx context.Context, ref manifest.Ref) error {
	folder, err := s.shelf.Find(ref)
	if err != nil {
		return nil // what is not on the shelf is the configuration's, or nobody's
	}
	v, _ := s.shelf.At(folder)
	if err := s.trust.still(ctx, v); err != nil {
		return fmt.Errorf("model %s: %w", ref, err)
	}
	return nil
}

// attempts are the starts that a version's manifest allows its trial; zero for the standard.
func (s *stock) attempts(ref manifest.Ref) int {
	folder, err := s.shelf.Find(ref)
	if err != nil {
		return 0
	}
	text, err := os.ReadFile(filepath.Join(s.shelf.Path(folder), manifest.File))
	if err != nil {
		return 0
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return 0 // opening it says why
	}
	return m.Trial.Attempts
}

// RevertModel ends the trials of a model, or where none of its pipelines has one, has them go back to the version before.
func (s *stock) RevertModel(ctx context.Context, r agent.ModelRequest) ([]string, error) {
	_, lines, err := s.meant(r)
	if err != nil {
		return nil, err
	}
	if trying := s.trying(lines); len(trying) > 0 {
		lines = trying
	}
	names := []string{}
	var nothing, fault error
	for _, l := range lines {
		err := s.back(ctx, l)
		switch {
		case errors.Is(err, shelf.ErrNothing):
			nothing = err
		case err != nil:
			fault = cmp.Or(fault, err)
		default:
			names = append(names, l.name)
			l.keeper.Wake()
		}
	}
	switch {
	case fault != nil && len(names) > 0:
		return names, sorted(fmt.Errorf("%w; %s goes back all the same", fault, strings.Join(names, ", ")), control.ErrForbidden)
	case fault != nil:
		return nil, sorted(fault, control.ErrForbidden)
	case len(names) == 0:
		return nil, sorted(nothing, nil)
	}
	return names, nil
}

// trying are those of the lines that have a version which is to follow.
func (s *stock) trying(lines []*line) (out []*line) {
	for _, l := range lines {
		if _, trying := s.shelf.Next(l.name); trying {
			out = append(out, l)
		}
	}
	return out
}

const byHand = "a person asked for it"

// back ends a trial, or goes back to the version before, if that may still be put to use.
func (s *stock) back(ctx context.Context, l *line) error {
	if _, trying := s.shelf.Next(l.name); trying {
		return s.shelf.Withdraw(l.name, byHand)
	}
	if slot, ok := s.shelf.Slot(l.name); ok {
		folder := slot.Previous
		if folder == "" {
			_, folder, _ = s.base(l) // one that cannot be read has a folder too
		}
		if v, ok := s.shelf.At(folder); ok {
			if err := s.trust.still(ctx, v); err != nil {
				return fmt.Errorf("go back to %s: %w; activate another version", v.Ref(), err)
			}
		}
	}
	return s.shelf.Back(l.name, byHand)
}

// meant are the pipelines that a request is about: those that run the model, or the one that it names.
func (s *stock) meant(r agent.ModelRequest) (ref manifest.Ref, lines []*line, err error) {
	if ref, err = manifest.ParseRef(r.Model); err != nil {
		return ref, nil, asked{err, control.ErrBadRequest}
	}
	if r.Pipeline != "" && s.lines[r.Pipeline] == nil {
		return ref, nil, asked{fmt.Errorf("there is no pipeline %q; the known ones are %s", r.Pipeline, s.runs()), control.ErrNotFound}
	}
	for _, name := range s.names {
		l := s.lines[name]
		switch {
		case r.Pipeline != "" && r.Pipeline != name:
		case l.use.ref.Name == ref.Name:
			lines = append(lines, l)
		case r.Pipeline != "":
			return ref, nil, asked{fmt.Errorf("pipeline %s runs %s, not %s: name one of its versions", name, l.use.ref.Name, ref.Name), control.ErrBadRequest}
		}
	}
	if len(lines) == 0 {
		return ref, nil, asked{fmt.Errorf("no pipeline runs %s; there are %s", ref.Name, s.runs()), control.ErrNotFound}
	}
	return ref, lines, nil
}

// runs lists the pipelines with their models, for people.
func (s *stock) runs() string {
	var out []string
	for _, name := range s.names {
		out = append(out, name+" ("+s.lines[name].use.ref.Name+")")
	}
	if len(out) == 0 {
		return "no pipelines at all"
	}
	return strings.Join(out, ", ")
}

func inMicros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// swap is a pipeline's version to come, and how the last one ended; nil when only the configuration has ever spoken.
func (s *stock) swap(name string) *agent.SwapStatus {
	slot, ok := s.shelf.Slot(name)
	if !ok {
		return nil
	}
	l := s.lines[name]
	out := &agent.SwapStatus{Note: l.keeper.Note()}
	if n := slot.Next; n != nil {
		out.Model, out.State, out.Attempt, out.Attempts = n.Model, string(n.State), n.Attempts-n.Left, n.Attempts
	}
	if t, ok := l.pipe.Trial(); ok {
		former := t.Before.P95
		if t.Old.Windows > 0 {
			former = t.Old.P95
		}
		out.Windows, out.P95, out.Former = t.New.Windows, inMicros(t.New.P95), inMicros(former)
	}
	if o := slot.Last; o != nil {
		out.Last, out.LastState, out.LastReason, out.LastInstead = o.Model, string(o.State), o.Reason, o.Instead
	}
	return out
}
