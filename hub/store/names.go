package store

import (
	"time"
)

// Device names one device: the two parts of its topic.
type Device struct {
	Tenant string `json:"tenant"`
	Name   string `json:"name"`
}

func (d Device) String() string { return d.Tenant + "/" + d.Name }

// Times are stored as microseconds since 1970, UTC; 0 is "never".
func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
