package broker

import "strings"

// The server turns an MQTT topic into a NATS subject: "/" becomes ".", and a "." inside a level becomes "//". Names of
// tenants, devices and streams have no dot, so only a hostile topic needs the second rule.
var (
	toSubject = strings.NewReplacer("/", ".", ".", "//", "+", "*", "#", ">")
	toTopic   = strings.NewReplacer("//", ".", ".", "/")
)

// Subject is the NATS subject of an MQTT topic or filter.
func Subject(topic string) string { return toSubject.Replace(topic) }

// Topic is the MQTT topic of a NATS subject.
func Topic(subject string) string { return toTopic.Replace(subject) }
