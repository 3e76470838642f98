package replay

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dunlin-iot/dunlin/hal"
)

const (
	maxLine    = 64 << 10
	maxColumns = 1024
	maxMeta    = 64
)

// Header is what stands above the rows of a recording.
type Header struct {
	Meta     map[string]string // "# key: value" lines: rate_hz, label, origin, ...
	Rate     hal.Hertz         // of rate_hz; zero when the recording does not say
	Uneven   bool              // rate_hz is none: each sample has a time of its own, and no rate connects them
	Label    string            // of label; empty when it does not say
	Channels []hal.Channel
	Labels   bool // each row has a label of its own
	Timed    bool // each row has a time
}

// columns says what stands where in a row.
type columns struct {
	count     int
	time      int // index of the column, or -1
	label     int
	recording int
	unit      float64 // of time, in seconds
}

var (
	metaRE   = regexp.MustCompile(`^#\s*([a-z][a-z0-9_]{0,31}):\s*(.*)$`)
	columnRE = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_.-]{0,63})\[([^\[\]]{1,32})\]$`)
)

var timeUnits = map[string]float64{"s": 1, "ms": 1e-3, "us": 1e-6}

// meta takes in a comment above the header.
func (r *Reader) meta(line string) error {
	m := metaRE.FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	key, value := m[1], strings.TrimSpace(m[2])
	if _, twice := r.header.Meta[key]; twice {
		return r.wrong(1, fmt.Sprintf("%s is said twice", key), "keep one of the two lines")
	}
	if len(r.header.Meta) == maxMeta {
		return r.wrong(1, fmt.Sprintf("more than %d lines of facts", maxMeta), "write the rest as comments without a colon")
	}
	r.header.Meta[key] = value
	switch key {
	case "label":
		r.header.Label = value
	case "rate_hz":
		if r.header.Uneven = value == "none"; r.header.Uneven {
			return nil
		}
		hz, err := strconv.ParseFloat(value, 64)
		if err != nil || !(hz >= 1e-6 && hz <= 1e9) {
			return r.wrong(strings.Index(line, value)+1, fmt.Sprintf("rate_hz is %q", value), "write samples per second, as 10 or 52.5, or none where each sample has a time of its own")
		}
		r.header.Rate = hal.Hertz(hz)
	}
	return nil
}

// head takes in the line of column names.
func (r *Reader) head(line string) error {
	if !utf8.ValidString(line) {
		return r.wrong(1, "the header is not UTF-8", "save the file as UTF-8 text")
	}
	if !strings.Contains(line, ",") && strings.ContainsAny(line, ";\t") {
		return r.wrong(strings.IndexAny(line, ";\t")+1, "columns are not separated by commas", "export with commas, and points in numbers")
	}
	names := strings.Split(line, ",")
	if len(names) > maxColumns {
		return r.wrong(1, fmt.Sprintf("%d columns", len(names)), fmt.Sprintf("the limit is %d", maxColumns))
	}
	r.cols = columns{count: len(names), time: -1, label: -1, recording: -1}
	col := 1
	seen := make(map[string]bool)
	for i, raw := range names {
		name := unquote(strings.TrimSpace(raw))
		bare, _, _ := strings.Cut(name, "[")
		if seen[bare] {
			return r.wrong(col, fmt.Sprintf("column %q stands there twice", bare), "give each column a name of its own")
		}
		seen[bare] = true
		if err := r.column(i, col, name); err != nil {
			return err
		}
		col += len(raw) + 1
	}
	if len(r.header.Channels) == 0 {
		return r.wrong(1, "no column holds values", "name them with their unit, as ax[m/s2]")
	}
	r.header.Timed, r.header.Labels = r.cols.time >= 0, r.cols.label >= 0
	if r.header.Uneven && !r.header.Timed {
		return r.wrong(1, "rate_hz is none, and no column says when the samples were", "put the time first: t[s]")
	}
	return nil
}

func (r *Reader) column(i, col int, name string) error {
	if name == "label" || name == "recording" {
		if name == "label" {
			r.cols.label = i
		} else {
			r.cols.recording = i
		}
		return nil
	}
	m := columnRE.FindStringSubmatch(name)
	if m == nil {
		return r.wrong(col, fmt.Sprintf("column %.80q has no unit", name), "write name[unit], as ax[m/s2], or ax[1] when it has none")
	}
	if r.cols.label >= 0 || r.cols.recording >= 0 {
		return r.wrong(col, fmt.Sprintf("column %q stands behind label or recording", m[1]), "put label and recording last")
	}
	if m[1] != "t" {
		r.header.Channels = append(r.header.Channels, hal.Channel{Name: m[1], Unit: m[2]})
		return nil
	}
	unit, ok := timeUnits[m[2]]
	if !ok || i != 0 {
		return r.wrong(col, fmt.Sprintf("time column %q", name), "put it first, in s, ms or us: t[s]")
	}
	r.cols.time, r.cols.unit = i, unit
	return nil
}

// unquote takes away the quotes that some programs put around every text.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// Header is what stands above the rows. The maps and slices are the caller's own.
func (r *Reader) Header() Header {
	h := r.header
	h.Meta = maps.Clone(h.Meta)
	h.Channels = append([]hal.Channel(nil), h.Channels...)
	return h
}
