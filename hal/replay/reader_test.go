package replay_test

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/hal/replay"
)

func TestReader(t *testing.T) {
	text := "\xef\xbb\xbf# rate_hz: 52.5\r\n# a remark\r\n# origin: bench: 3\r\n\r\n" +
		"t[ms],x[m/s2], y[1] ,\"label\"\r\n0,1,nan,\"go on\"\r\n# remark\r\n20 , -2e-1,+3,stop\r\n\r\n40,1,2,stop"
	r, err := replay.NewReader("f.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	h := r.Header()
	if h.Rate != 52.5 || h.Meta["origin"] != "bench: 3" || len(h.Meta) != 2 || !h.Labels || !h.Timed || len(h.Channels) != 2 || h.Channels[1].Unit != "1" {
		t.Errorf("header %+v", h)
	}
	var row replay.Row
	for i, want := range []replay.Row{{Line: 6, Time: 0, Values: []float32{1, float32(math.NaN())}, Label: "go on"},
		{Line: 8, Time: 0.02, Values: []float32{-0.2, 3}, Label: "stop"}, {Line: 10, Time: 0.04, Values: []float32{1, 2}, Label: "stop"}} {
		if err := r.Next(&row); err != nil {
			t.Fatal(err)
		}
		if row.Line != want.Line || row.Time != want.Time || row.Label != want.Label || !equal(row.Values, want.Values) {
			t.Errorf("row %d: %+v, want %+v", i, row, want)
		}
	}
	if err := r.Next(&row); err != io.EOF {
		t.Errorf("after the last row: %v", err)
	}
}

func equal(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] && (a[i] == a[i] || b[i] == b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

func TestReaderRefuses(t *testing.T) {
	const head = "# rate_hz: 10\nt[s],x[m/s2]\n"
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "f.csv:1:1: no header; begin"},
		"only comments":  {"# a\n# b\n", "f.csv:2:1: no header"},
		"no unit":        {"t[s],x\n", `f.csv:1:6: column "x" has no unit; write name[unit]`},
		"twice":          {"x[1],x[1]\n", `f.csv:1:6: column "x" stands there twice`},
		"time second":    {"x[1],t[s]\n", `f.csv:1:6: time column "t[s]"; put it first`},
		"time in hours":  {"t[h],x[1]\n", "f.csv:1:1: time column"},
		"no values":      {"t[s],label\n", "f.csv:1:1: no column holds values"},
		"label first":    {"label,x[1]\n", "f.csv:1:7: column \"x\" stands behind label"},
		"semicolons":     {"x[1];y[1]\n", "f.csv:1:5: columns are not separated by commas"},
		"rate":           {"# rate_hz: fast\nx[1]\n", `f.csv:1:12: rate_hz is "fast"`},
		"rate of nought": {"# rate_hz: 0\nx[1]\n", `rate_hz is "0"`},
		"rate twice":     {"# rate_hz: 1\n# rate_hz: 2\nx[1]\n", "f.csv:2:1: rate_hz is said twice"},
		"UTF-16":         {"\xff\xfex\x00", "f.csv:1:1: the file is UTF-16"},
		"binary":         {"x[1]\n1\n\x00\x01\n", "f.csv:3:1: control character"},
		"Latin-1":        {"x[\xb0]\n", "f.csv:1:1: the header is not UTF-8"},
		"old Mac":        {"x[1]\r1\r2\r", "f.csv:1:5: control character 0xd"},
		"few columns":    {head + "0\n", "f.csv:3:1: 1 columns, not 2"},
		"many columns":   {head + "0,1,2\n", "f.csv:3:1: 3 columns, not 2"},
		"word":           {head + "0,abc\n", `f.csv:3:3: "abc" is not a number; write numbers as`},
		"empty value":    {head + "0,\n", "f.csv:3:3: a value is missing; write nan"},
		"infinite":       {head + "0,inf\n", `"inf" is not a number`},
		"hexadecimal":    {head + "0,0x10\n", `"0x10" is not a number`},
		"underscore":     {head + "0,1_000\n", `"1_000" is not a number`},
		"two points":     {head + "0,1.2.3\n", `"1.2.3" is not a number`},
		"beyond":         {head + "0,1e39\n", `"1e39" is beyond float32`},
		"no time":        {head + "nan,1\n", "f.csv:3:1: time is missing"},
		"quote inside":   {"x[1],label\n1,a\"b\n", "f.csv:2:3: a quote inside a label"},
		"long line":      {head + strings.Repeat("1", 70_000) + "\n", "f.csv:3:1: line is longer than 65536 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			err := readAll(c.text)
			var syntax *replay.SyntaxError
			if !errors.As(err, &syntax) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func readAll(text string) error {
	r, err := replay.NewReader("f.csv", strings.NewReader(text))
	if err != nil {
		return err
	}
	var row replay.Row
	for {
		if err := r.Next(&row); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
	}
}

// TestNoGarbagePerRow: reading a day of samples on a small device must not keep its collector busy.
func TestNoGarbagePerRow(t *testing.T) {
	text := "t[s],x[m/s2],y[1],label\n" + strings.Repeat("0.1,-1.25,3e-4,walking\n", 2000)
	r, err := replay.NewReader("f.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var row replay.Row
	if n := testing.AllocsPerRun(1000, func() {
		if err := r.Next(&row); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations per row, want 0", n)
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"t[s],x[1]\n0,1\n", "# rate_hz: 10\n# label: a\nx[1],label,recording\n1,\"b\",c\n", "\xef\xbb\xbfx[1]\r\nnan\r\n", "x[1]\n1e39\n", door, ",\n", "#:\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := replay.NewReader("f.csv", strings.NewReader(text))
		if err != nil {
			return
		}
		var row replay.Row
		lines := strings.Count(text, "\n") + 1
		for {
			err := r.Next(&row)
			if err == io.EOF {
				return
			}
			var syntax *replay.SyntaxError
			if errors.As(err, &syntax) {
				if syntax.Line < 1 || syntax.Line > lines || syntax.Col < 1 || syntax.What == "" || syntax.Fix == "" {
					t.Fatalf("error %+v in %d lines", syntax, lines)
				}
				return
			}
			if err != nil || len(row.Values) != len(r.Header().Channels) {
				t.Fatalf("row %+v, error %v", row, err)
			}
			for _, v := range row.Values {
				if math.IsInf(float64(v), 0) {
					t.Fatal("infinite value")
				}
			}
		}
	})
}
