package web_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/hub/web"
)

// The bar is arithmetic that no page test reaches: it must fill its width and hide nothing, whatever the numbers.
func TestBarHidesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, 1<<50)
		s := fleet.Stream{Delivered: n.Draw(t, "delivered"), Waiting: n.Draw(t, "waiting"),
			Gaps: []fleet.Cause{{Cause: "evicted", Count: n.Draw(t, "missing")}}}
		b := web.NewBar(s)
		for _, p := range []struct {
			n     uint64
			width int
		}{{s.Delivered, b.Delivered}, {s.Missing(), b.Missing}, {s.Waiting, b.Waiting}} {
			if (p.n > 0) != (p.width > 0) || p.width < 0 {
				t.Fatalf("%d numbers get a width of %d: %+v", p.n, p.width, b)
			}
		}
		if b.WaitingAt+b.Waiting > web.BarWidth {
			t.Fatalf("the bar is wider than it is: %+v", b)
		}
	})
}

func TestMeasures(t *testing.T) {
	for _, c := range []struct {
		name  string
		value float64
		want  web.Measure
	}{
		{"invoke_p50_us", 41.27, web.Measure{"o", "invoke p50", "41.3 µs"}},
		{"invoke_p99_us", 2500, web.Measure{"o", "invoke p99", "2.5 ms"}},
		{"uptime_s", 90, web.Measure{"o", "uptime", "90 s"}},
		{"resident_bytes", 23 << 20, web.Measure{"o", "resident", "23 MiB"}},
		{"windows", 12031, web.Measure{"o", "windows", "12,031"}},
		{"offset", -3, web.Measure{"o", "offset", "−3"}},
		{"load_percent", 12.5, web.Measure{"o", "load", "12.5 %"}},
		{"us", 3, web.Measure{"o", "us", "3"}},
	} {
		if got := web.NewMeasure(fleet.Gauge{Owner: "o", Name: c.name, Value: c.value}); got != c.want {
			t.Errorf("%s %v: %+v, want %+v", c.name, c.value, got, c.want)
		}
	}
}
