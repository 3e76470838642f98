package wire

import (
	"fmt"
	"strings"
)

// DefaultPrefix begins every topic unless configured otherwise.
const DefaultPrefix = "dunlin/v1"

// Base is what all topics of one device begin with. An empty Prefix means DefaultPrefix.
type Base struct {
	Prefix string
	Tenant string
	Device string
}

// ValidName reports whether s may name a tenant, a device or a stream: [a-z0-9-]{1,64}. A dot would change meaning
// inside NATS, a slash, plus or hash inside MQTT.
func ValidName(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// Check reports what is wrong with the names of b.
func (b Base) Check() error {
	if !ValidName(b.Tenant) {
		return fmt.Errorf("tenant %q does not match [a-z0-9-]{1,64}", b.Tenant)
	}
	if !ValidName(b.Device) {
		return fmt.Errorf("device %q does not match [a-z0-9-]{1,64}", b.Device)
	}
	for part := range strings.SplitSeq(b.prefix(), "/") {
		if !ValidName(part) {
			return fmt.Errorf("prefix %q has a part that does not match [a-z0-9-]{1,64}", b.Prefix)
		}
	}
	return nil
}

func (b Base) prefix() string {
	if b.Prefix == "" {
		return DefaultPrefix
	}
	return b.Prefix
}

func (b Base) join(tail string) string {
	return b.prefix() + "/" + b.Tenant + "/" + b.Device + "/" + tail
}

// State is where the device publishes its presence, retained.
func (b Base) State() string { return b.join("up/state") }

// Data is where the device publishes batches of a stream.
func (b Base) Data(s Stream) string { return b.join("up/data/" + string(s)) }

// Ack is where the hub answers batches of a stream.
func (b Base) Ack(s Stream) string { return b.join("down/ack/" + string(s)) }

// Acks is the filter for the acknowledgements of all streams.
func (b Base) Acks() string { return b.join("down/ack/+") }

// Desired is where the hub publishes the desired twin.
func (b Base) Desired() string { return b.join("down/twin/desired") }

// Reported is where the device publishes the reported twin.
func (b Base) Reported() string { return b.join("up/twin/reported") }

// Ups is the filter for everything the device publishes: all that it may publish.
func (b Base) Ups() string { return b.join("up/#") }

// Downs is the filter for everything meant for the device: all that it may subscribe to.
func (b Base) Downs() string { return b.join("down/#") }

// UpFilter is the hub's filter for everything that any device publishes under prefix (empty: DefaultPrefix).
func UpFilter(prefix string) string {
	return Base{Prefix: prefix, Tenant: "+", Device: "+"}.Ups()
}

// Kind says what travels on a topic.
type Kind uint8

const (
	KindState Kind = iota + 1
	KindData
	KindAck
	KindDesired
	KindReported
)

// Topic is a parsed topic.
type Topic struct {
	Base
	Kind   Kind
	Stream Stream // of KindData and KindAck
}

// ParseTopic is the inverse of the methods of Base that name a topic. The prefix must be the given one (empty:
// DefaultPrefix).
func ParseTopic(prefix, topic string) (Topic, error) {
	t := Topic{Base: Base{Prefix: prefix}}
	rest, ok := strings.CutPrefix(topic, t.prefix()+"/")
	tenant, rest, ok1 := strings.Cut(rest, "/")
	device, tail, ok2 := strings.Cut(rest, "/")
	if !ok || !ok1 || !ok2 {
		return Topic{}, fmt.Errorf("parse topic %.200q: not below %s/{tenant}/{device}", topic, t.prefix())
	}
	t.Tenant, t.Device = tenant, device
	if err := t.Check(); err != nil {
		return Topic{}, fmt.Errorf("parse topic %.200q: %w", topic, err)
	}
	if !t.parseTail(tail) {
		return Topic{}, fmt.Errorf("parse topic %.200q: unknown", topic)
	}
	return t, nil
}

func (t *Topic) parseTail(tail string) bool {
	switch tail {
	case "up/state":
		t.Kind = KindState
	case "down/twin/desired":
		t.Kind = KindDesired
	case "up/twin/reported":
		t.Kind = KindReported
	default:
		return t.parseStream(tail)
	}
	return true
}

func (t *Topic) parseStream(tail string) bool {
	name, data := strings.CutPrefix(tail, "up/data/")
	t.Kind = KindData
	if !data {
		var ack bool
		if name, ack = strings.CutPrefix(tail, "down/ack/"); !ack {
			return false
		}
		t.Kind = KindAck
	}
	t.Stream = Stream(name)
	return ValidName(name)
}
