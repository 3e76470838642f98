package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

// measure is a gauge for reading: its name without the unit, its value with it.
type measure struct{ Owner, Name, Value string }

// units are the ends of gauge names and how their values are shown.
func units() map[string]func(float64) string {
	return map[string]func(float64) string{
		"ns":      func(v float64) string { return micros(v / 1000) },
		"us":      func(v float64) string { return micros(v) },
		"ms":      func(v float64) string { return micros(1000 * v) },
		"s":       func(v float64) string { return micros(1e6 * v) },
		"bytes":   byteSize,
		"percent": func(v float64) string { return plain(v) + " %" },
		"celsius": func(v float64) string { return plain(v) + " °C" },
		"hz":      func(v float64) string { return plain(v) + " Hz" },
	}
}

func newMeasure(g fleet.Gauge) measure {
	m := measure{Owner: g.Owner, Name: g.Name, Value: plain(g.Value)}
	if i := strings.LastIndexByte(g.Name, '_'); i > 0 {
		if show, ok := units()[g.Name[i+1:]]; ok {
			m.Name, m.Value = g.Name[:i], show(g.Value)
		}
	}
	m.Name = strings.ReplaceAll(m.Name, "_", " ")
	return m
}

// newFact is a fact of an event for reading: a number whose name tells its unit is shown like a gauge.
func newFact(f fleet.Fact) measure {
	v, err := strconv.ParseInt(f.Value, 10, 64)
	if err != nil {
		return measure{Name: strings.ReplaceAll(f.Name, "_", " "), Value: f.Value}
	}
	return newMeasure(fleet.Gauge{Name: f.Name, Value: float64(v)})
}

func plain(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		sign := ""
		if v < 0 {
			sign = "−"
		}
		return sign + count(uint64(math.Abs(v)))
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func micros(us float64) string {
	switch a := math.Abs(us); {
	case a < 1000:
		return fmt.Sprintf("%.3g µs", us)
	case a < 1e6:
		return fmt.Sprintf("%.3g ms", us/1000)
	}
	return fmt.Sprintf("%.4g s", us/1e6)
}

func byteSize(v float64) string {
	for _, unit := range []string{"B", "KiB", "MiB"} {
		if math.Abs(v) < 1024 {
			return fmt.Sprintf("%.4g %s", v, unit)
		}
		v /= 1024
	}
	return fmt.Sprintf("%.4g GiB", v)
}
