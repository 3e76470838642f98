package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

// functions are what the templates call.
func functions() template.FuncMap {
	return template.FuncMap{
		"stamp":       func(now, t time.Time) stamp { return newStamp(now, t, "ago") },
		"span":        func(now, t time.Time) stamp { return newStamp(now, t, "span") },
		"row":         func(now time.Time, d fleet.Decision) row { return row{now, d} },
		"with_now":    func(now time.Time, d fleet.Device) card { return card{now, d} },
		"percent":     func(score float64) string { return strconv.FormatFloat(100*min(max(score, 0), 1), 'f', 1, 64) },
		"count":       count,
		"words":       func(s string) string { return strings.ReplaceAll(s, "_", " ") },
		"bar":         newBar,
		"gauge":       newMeasure,
		"fact":        newFact,
		"document":    document,
		"device_path": devicePath,
	}
}

type row struct {
	Now time.Time
	D   fleet.Decision
}

type card struct {
	Now time.Time
	V   fleet.Device
}

// stamp is a time as a page shows it: how long ago, with the date in its title.
type stamp struct{ ISO, Title, Text, Kind string }

func newStamp(now, t time.Time, kind string) stamp {
	if t.IsZero() {
		return stamp{}
	}
	t = t.UTC()
	text := duration(now.Sub(t))
	switch {
	case kind == "span":
	case text == "0 s":
		text = "now"
	default:
		text += " ago"
	}
	return stamp{t.Format("2006-01-02T15:04:05.000Z"), t.Format("2006-01-02 15:04:05 UTC"), text, kind}
}

// duration is one number and its unit; app.js counts on with the same rule.
func duration(d time.Duration) string {
	s := int64(max(d, 0).Round(time.Second).Seconds())
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min", s/60)
	case s < 48*3600:
		return fmt.Sprintf("%d h", s/3600)
	}
	return fmt.Sprintf("%d days", s/86400)
}

// count writes n with commas between thousands.
func count(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func devicePath(k fleet.Key) string {
	return "/devices/" + url.PathEscape(k.Tenant) + "/" + url.PathEscape(k.Name)
}

// document is JSON for reading.
func document(text json.RawMessage) string {
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return string(text)
	}
	return out.String()
}
