package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
)

// Name is a word that is safe in topics, files and tables: device, tenant, source and pipeline names.
type Name string

const namePattern = `^[a-z0-9-]{1,64}$`

var nameRE = regexp.MustCompile(namePattern)

func (Name) Syntax() Syntax {
	return Syntax{Noun: "a name (1 to 64 of a-z, 0-9 and -)", Example: "pump-17", Pattern: namePattern}
}

func (n *Name) UnmarshalText(text []byte) error {
	if _, err := n.Syntax().match(nameRE, string(text)); err != nil {
		return err
	}
	*n = Name(text)
	return nil
}

func (n Name) MarshalText() ([]byte, error) { return []byte(n), nil }

// ModelRef names one released version of a model: motions@1. There is no "latest".
type ModelRef struct {
	Name    string
	Version int // from 1 upward
}

const modelPattern = `^[a-z0-9][a-z0-9_-]{0,62}@[1-9][0-9]{0,8}$`

var modelRE = regexp.MustCompile(modelPattern)

func (ModelRef) Syntax() Syntax {
	return Syntax{Noun: "a model with its version", Example: "motions@1", Pattern: modelPattern}
}

func (m *ModelRef) UnmarshalText(text []byte) error {
	if strings.HasSuffix(string(text), "@latest") {
		return fmt.Errorf("%q names no version: a device must not change its model by itself", text)
	}
	if _, err := m.Syntax().match(modelRE, string(text)); err != nil {
		return err
	}
	name, version, _ := strings.Cut(string(text), "@")
	n, err := strconv.Atoi(version)
	if err != nil {
		return mismatch{string(text), m.Syntax()}
	}
	m.Name, m.Version = name, n
	return nil
}

func (m ModelRef) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m ModelRef) String() string { return m.Name + "@" + strconv.Itoa(m.Version) }

// Channel is one value of a sample and its unit, written as in the header of a recording: ax[m/s2].
type Channel hal.Channel

const channelPattern = `^[A-Za-z][A-Za-z0-9_.-]{0,63}\[[^\[\]]{1,32}\]$`

var channelRE = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_.-]{0,63})\[([^\[\]]{1,32})\]$`)

func (Channel) Syntax() Syntax {
	return Syntax{Noun: "a channel with its unit", Example: `"ax[m/s2]"`, Pattern: channelPattern}
}

func (c *Channel) UnmarshalText(text []byte) error {
	m, err := c.Syntax().match(channelRE, string(text))
	if err != nil {
		return err
	}
	c.Name, c.Unit = m[1], m[2]
	return nil
}

func (c Channel) MarshalText() ([]byte, error) { return []byte(c.Name + "[" + c.Unit + "]"), nil }

// Report says which decisions become records.
type Report string

const (
	ReportAll     Report = "all"     // every window's
	ReportChanges Report = "changes" // those that change the held state
)

func (Report) Syntax() Syntax {
	return Syntax{Noun: "a way to report", Example: "changes", Enum: []string{"all", "changes"}}
}

func (r *Report) UnmarshalText(text []byte) error {
	*r = Report(text)
	return r.Syntax().pick(string(text))
}

func (r Report) MarshalText() ([]byte, error) { return []byte(r), nil }

// Unsigned says what happens to a bundle that no owner signed.
type Unsigned string

const (
	UnsignedRefuse Unsigned = "refuse"
	UnsignedAllow  Unsigned = "allow"
)

func (Unsigned) Syntax() Syntax {
	return Syntax{Noun: "what to do with unsigned bundles", Example: "refuse", Enum: []string{"refuse", "allow"}}
}

func (u *Unsigned) UnmarshalText(text []byte) error {
	*u = Unsigned(text)
	return u.Syntax().pick(string(text))
}

func (u Unsigned) MarshalText() ([]byte, error) { return []byte(u), nil }

// Level is how much is logged.
type Level string

func (Level) Syntax() Syntax {
	return Syntax{Noun: "a log level", Example: "info", Enum: []string{"debug", "info", "warn", "error"}}
}

func (l *Level) UnmarshalText(text []byte) error {
	*l = Level(text)
	return l.Syntax().pick(string(text))
}

func (l Level) MarshalText() ([]byte, error) { return []byte(l), nil }

// Broker is the hub's MQTT address: mqtt://host:1883 or mqtts://host:8883, without a password.
type Broker string

const brokerPattern = `^(mqtt|mqtts)://[^/?#@\s]+$`

var (
	brokerRE      = regexp.MustCompile(brokerPattern)
	brokerSchemes = []string{"mqtt", "mqtts"}
)

func (Broker) Syntax() Syntax {
	return Syntax{Noun: "a hub's address", Example: "mqtts://hub.example.org:8883", Pattern: brokerPattern}
}

func (b *Broker) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || !slices.Contains(brokerSchemes, u.Scheme) || u.Host == "" {
		return mismatch{string(text), b.Syntax()}
	}
	if u.User != nil {
		return fmt.Errorf("the address holds a user or a password, which a file that others may read must not")
	}
	if _, err := b.Syntax().match(brokerRE, string(text)); err != nil {
		return err
	}
	*b = Broker(text)
	return nil
}

func (b Broker) MarshalText() ([]byte, error) { return []byte(b), nil }

// Path is a file or folder; a relative one counts from the folder of the configuration file.
type Path string

func (Path) Syntax() Syntax {
	return Syntax{Noun: "a path", Example: "recordings/motions.csv"}
}

func (p *Path) UnmarshalText(text []byte) error {
	if len(text) == 0 || strings.ContainsRune(string(text), 0) {
		return mismatch{string(text), p.Syntax()}
	}
	*p = Path(text)
	return nil
}

func (p Path) MarshalText() ([]byte, error) { return []byte(p), nil }
