package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Delegate is a way to run a model's operators: a name alone, or with a library and its options.
type Delegate struct {
	Name    DelegateName          `yaml:"name" short:"yes" remote:"no" doc:"A delegate of the engine, an accelerator that is known by name, or your own name for a plug-in."`
	Plugin  Path                  `yaml:"plugin" remote:"no" doc:"Library of the delegate; by default that of the accelerator of this name is searched in the system's folders."`
	Options map[OptionName]string `yaml:"options" remote:"no" doc:"What the library is told, in its own words."`
}

// DelegateName is the word for a delegate.
type DelegateName string

const delegatePattern = `^[a-z0-9][a-z0-9_-]{0,31}$`

var delegateRE = regexp.MustCompile(delegatePattern)

func (DelegateName) Syntax() Syntax {
	return Syntax{Noun: "a delegate's name (1 to 32 of a-z, 0-9, _ and -)", Example: "xnnpack", Pattern: delegatePattern}
}

func (d *DelegateName) UnmarshalText(text []byte) error {
	if _, err := d.Syntax().match(delegateRE, string(text)); err != nil {
		return err
	}
	*d = DelegateName(text)
	return nil
}

func (d DelegateName) MarshalText() ([]byte, error) { return []byte(d), nil }

// OptionName is the name of a plug-in's option.
type OptionName string

const optionPattern = `^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`

var optionRE = regexp.MustCompile(optionPattern)

func (OptionName) Syntax() Syntax {
	return Syntax{Noun: "an option's name (1 to 64 of A-Z, a-z, 0-9, _, . and -)", Example: "device", Pattern: optionPattern}
}

func (o *OptionName) UnmarshalText(text []byte) error {
	if _, err := o.Syntax().match(optionRE, string(text)); err != nil {
		return err
	}
	*o = OptionName(text)
	return nil
}

func (o OptionName) MarshalText() ([]byte, error) { return []byte(o), nil }

// Prefer says which of the delegates that prove sound runs the model.
type Prefer string

const (
	PreferFastest Prefer = "fastest"
	PreferListed  Prefer = "listed"
)

func (Prefer) Syntax() Syntax {
	return Syntax{Noun: "a choice among delegates", Example: "fastest", Enum: []string{"fastest", "listed"}}
}

func (p *Prefer) UnmarshalText(text []byte) error {
	*p = Prefer(text)
	return p.Syntax().pick(string(text))
}

func (p Prefer) MarshalText() ([]byte, error) { return []byte(p), nil }

// delegates fills the preference of p, and what its words mean.
func (r *resolver) delegates(p *PipelineConfig, raw []Delegate) {
	presets := engine.PresetNames()
	known := engine.DelegateNames()
	for i, d := range raw {
		name := string(d.Name)
		if name == "" {
			name = pluginName(string(d.Plugin))
		}
		complain := func(problem, hint string) {
			at := r.tree.find("pipelines", p.Name, "delegates").items[i].at
			r.errs.add(at, fmt.Sprintf("pipelines.%s.delegates[%d]%s", p.Name, i, problem), hint)
		}
		switch {
		case name == "":
			complain(" has no name", "name it, as in name: npu")
			continue
		case slices.Contains(p.Delegates, name):
			complain(fmt.Sprintf(": %q is listed twice", name), "remove one, or give one another name")
			continue
		case d.Plugin == "" && !slices.Contains(known, name):
			complain(fmt.Sprintf(": there is no delegate %q", name), choose(name, known)+"; or say where its library is, as in plugin: /usr/lib/libnpu.so")
			continue
		case d.Plugin == "" && len(d.Options) > 0 && !slices.Contains(presets, name):
			complain(fmt.Sprintf(": %s takes no options", name), "remove them")
			continue
		}
		p.Delegates = append(p.Delegates, name)
		if d.Plugin != "" || len(d.Options) > 0 {
			p.Plugins = append(p.Plugins, r.plugin(name, d))
		}
	}
}

func (r *resolver) plugin(name string, d Delegate) engine.Plugin {
	p := engine.Plugin{Name: name}
	if d.Plugin != "" {
		p.Library = r.path(d.Plugin)
	}
	for _, key := range slices.Sorted(maps.Keys(d.Options)) {
		if p.Options == nil {
			p.Options = map[string]string{}
		}
		p.Options[string(key)] = d.Options[key]
	}
	return p
}

// pluginName is a name made of a library's: "npu" of /usr/lib/libnpu.so.1; empty when it gives none.
func pluginName(library string) string {
	name, _, _ := strings.Cut(filepath.Base(library), ".so")
	name = strings.ToLower(strings.TrimPrefix(name, "lib"))
	if !delegateRE.MatchString(name) {
		return ""
	}
	return name
}
