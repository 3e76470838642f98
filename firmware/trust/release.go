package trust

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Release is one signed file: a bundle of a model or a binary of the agent. Its fields come from signed metadata.
type Release struct {
	Path    string   `json:"path"` // "models/motions-1.2.0.dunlin", "agent/1.4.0-arm64"
	Name    string   `json:"name"` // "motions", "dunlin"
	Version string   `json:"version"`
	Line    string   `json:"line"`   // product line of the release numbers: "models/motions", "agent/arm64"
	Number  int64    `json:"number"` // release number, from 1, counted in its line
	Floor   int64    `json:"floor"`  // lowest release number of the line that is not revoked; 0 says nothing
	Length  int64    `json:"length"`
	SHA256  string   `json:"sha256"` // hexadecimal
	Demands Demands  `json:"demands"`
	Bases   []string `json:"bases,omitempty"` // SHA-256 of the files that a delta exists for

	role string
}

// Demands say which devices a release is meant for. An empty one is met by every device.
type Demands struct {
	Arch      []string `json:"arch,omitempty"`      // GOARCH names; one of them
	Boards    []string `json:"board,omitempty"`     // patterns as path.Match has them, for example "raspberry-pi-*"; one of them
	Delegates []string `json:"delegates,omitempty"` // one of them must be usable
	RAM       int64    `json:"ram_mib,omitempty"`   // MiB at least
	AgentMin  string   `json:"agent_min,omitempty"` // first and last version of the agent that can use it
	AgentMax  string   `json:"agent_max,omitempty"`
}

// maxInteger is where JSON numbers stop being exact in all languages that read these files.
const maxInteger = 1 << 53

// errDemand is a custom field that this agent does not know: it may be a condition, so it is never passed over.
var errDemand = errors.New("field that this agent does not know")

func parseTarget(path string, t *metadata.TargetFiles) (Release, error) {
	if t == nil || t.Custom == nil {
		return Release{}, errors.New("custom fields are missing")
	}
	return ParseRelease(path, t.Length, t.Hashes["sha256"], *t.Custom)
}

// ParseRelease reads the custom fields of a target: a flat object of strings and integers, lists as words with spaces
// between. Fields that begin with "x-" only help and may be passed over. It checks form only: whether to believe the
// fields is what Store.Decide answers.
func ParseRelease(path string, length int64, sum []byte, fields []byte) (Release, error) {
	if len(sum) != 32 || length < 1 {
		return Release{}, errors.New("length or SHA-256 is missing")
	}
	c, err := parseCustom(fields)
	if err != nil {
		return Release{}, err
	}
	r := Release{Path: path, Length: length, SHA256: hex.EncodeToString(sum)}
	r.Name, r.Version = c.text("name"), c.text("version")
	r.Number, r.Floor = c.number("number"), c.number("floor")
	r.Demands = Demands{Arch: c.words("arch"), Boards: c.words("board"), Delegates: c.words("delegates"), RAM: c.number("ram_mib"),
		AgentMin: c.text("agent_min"), AgentMax: c.text("agent_max")}
	r.Bases = c.words("bases")
	if err := c.rest(); err != nil {
		return Release{}, err
	}
	return r, r.place()
}

// place finds role and product line from the path, and holds the path to the signed name, version and architecture.
func (r *Release) place() error {
	want := ""
	switch dir, _, _ := strings.Cut(r.Path, "/"); dir {
	case "models":
		r.role, r.Line = RoleModels, "models/"+r.Name
		want = "models/" + r.Name + "-" + r.Version + ".dunlin"
	case "agent":
		if len(r.Demands.Arch) != 1 {
			return errors.New("an agent is built for exactly one architecture")
		}
		r.role, r.Line = RoleFirmware, "agent/"+r.Demands.Arch[0]
		want = "agent/" + r.Version + "-" + r.Demands.Arch[0]
	default:
		return fmt.Errorf("nothing is released under %q", dir)
	}
	switch {
	case r.Path != want:
		return fmt.Errorf("its fields belong to %q", want)
	case strings.ContainsAny(r.Name+r.Version, "/\\ "):
		return errors.New("names and versions have no slashes and no spaces")
	case r.Name == "" || r.Version == "" || r.Number < 1 || r.Floor < 0 || r.Demands.RAM < 0:
		return errors.New("name, version and a release number from 1 are needed, and no number may be negative")
	case r.Floor > r.Number:
		return fmt.Errorf("its floor %d revokes itself, number %d", r.Floor, r.Number)
	}
	return nil
}

// custom is the object of custom fields; what was read is removed.
type custom struct {
	fields map[string]any
	fault  error
}

func parseCustom(data []byte) (*custom, error) {
	c := &custom{}
	if err := json.Unmarshal(data, &c.fields); err != nil {
		return nil, fmt.Errorf("custom fields: %w", err)
	}
	return c, nil
}

func (c *custom) text(name string) string {
	v, ok := c.fields[name]
	if !ok {
		return ""
	}
	delete(c.fields, name)
	s, ok := v.(string)
	if !ok {
		c.fault = fmt.Errorf("custom field %s is not a string", name)
	}
	return s
}

func (c *custom) words(name string) []string { return strings.Fields(c.text(name)) }

func (c *custom) number(name string) int64 {
	v, ok := c.fields[name]
	if !ok {
		return 0
	}
	delete(c.fields, name)
	if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < maxInteger {
		return int64(f)
	}
	c.fault = fmt.Errorf("custom field %s is not an integer", name)
	return 0
}

// rest is the error of fields that were wrong or that nobody read.
func (c *custom) rest() error {
	if c.fault != nil {
		return c.fault
	}
	var unknown []string
	for name := range c.fields {
		if !strings.HasPrefix(name, "x-") {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("%s: %w", strings.Join(unknown, ", "), errDemand)
	}
	return nil
}
