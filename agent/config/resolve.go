package config

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"
)

// resolver turns the raw File into a Config; tree tells it where to point when keys do not fit each other.
type resolver struct {
	file File
	tree *node
	dir  string
	errs Errors
}

func (r *resolver) config(machineID string) (*Config, error) {
	f := r.file
	c := &Config{
		Tags: tags(f.Device.Tags), Hub: hub(f.Hub), Sources: r.sources(), Pipelines: r.pipelines(), Spool: r.spool(),
		LogLevel: f.Log.Level, TFLite: r.path(f.Runtime.TFLite), ONNX: r.path(f.Runtime.ONNX), Socket: r.path(f.Control.Socket), State: r.path(f.State),
		AllowUnsigned: f.Trust.Unsigned == UnsignedAllow, ModelBudget: int64(f.Models.Budget),
	}
	c.ModelRoots = r.roots(c.State)
	if err := r.errs.result(); err != nil {
		return nil, err
	}
	id, err := deviceID(f.Device.ID, machineID)
	if err != nil {
		r.errs.add(r.tree.find("device").key, err.Error(), "set device.id")
		return nil, r.errs.result()
	}
	c.DeviceID, r.file.Device.ID = id, Name(id)
	c.File = r.file
	return c, nil
}

func tags(raw map[Tag]string) map[string]string {
	out := make(map[string]string, len(raw))
	for k, v := range raw {
		out[string(k)] = v
	}
	return out
}

func hub(raw Hub) *HubConfig {
	if raw.URL == "" {
		return nil
	}
	return &HubConfig{URL: string(raw.URL), Tenant: string(raw.Tenant)}
}

func (r *resolver) path(p Path) string {
	if p == "" || filepath.IsAbs(string(p)) {
		return string(p)
	}
	return filepath.Join(r.dir, string(p))
}

func (r *resolver) roots(state string) []string {
	if len(r.file.Models.Roots) == 0 {
		return []string{filepath.Join(state, "models"), "/usr/share/dunlin/models"}
	}
	var out []string
	for _, p := range r.file.Models.Roots {
		out = append(out, r.path(p))
	}
	return out
}

func (r *resolver) pipelines() []PipelineConfig {
	known := make([]string, 0, len(r.file.Sources))
	for name := range r.file.Sources {
		known = append(known, string(name))
	}
	var out []PipelineConfig
	for _, name := range slices.Sorted(maps.Keys(r.file.Pipelines)) {
		raw := r.file.Pipelines[name]
		if !slices.Contains(known, string(raw.Source)) {
			at := r.tree.find("pipelines", string(name), "source").at
			r.errs.add(at, fmt.Sprintf("pipelines.%s: there is no source %q", name, raw.Source), chooseSource(string(raw.Source), known))
		}
		p := pipeline(string(name), raw)
		r.delegates(&p, raw.Delegates)
		out = append(out, p)
	}
	return out
}

func chooseSource(name string, known []string) string {
	if len(known) == 0 {
		return "add it under sources"
	}
	return choose(name, known)
}

func pipeline(name string, raw Pipeline) PipelineConfig {
	p := PipelineConfig{
		Name: name, Source: string(raw.Source), Model: raw.Model, Threads: raw.Threads,
		Isolated: raw.Isolated, Hold: raw.Decide.Hold, Report: raw.Decide.Report, On: raw.On,
	}
	if raw.Limit != nil {
		p.Limit = time.Duration(*raw.Limit)
	}
	p.AsListed = raw.Prefer == PreferListed
	if t := raw.Decide.Threshold; t != nil {
		f := float64(*t)
		p.Threshold = &f
	}
	return p
}

func (r *resolver) spool() SpoolConfig {
	c := r.file.Spool.Commit
	if cmp.Less(c.Quiet, c.Every) {
		n := r.tree.find("spool", "commit", "quiet")
		r.errs.add(n.at, fmt.Sprintf("spool.commit: quiet (%s) is shorter than every (%s)", c.Quiet, c.Every), "make quiet the longer of the two")
	}
	return SpoolConfig{Max: int64(r.file.Spool.Max), Every: time.Duration(c.Every), Quiet: time.Duration(c.Quiet)}
}
