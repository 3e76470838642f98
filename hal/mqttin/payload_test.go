package mqttin_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/hal/mqttin"
)

func TestPayloads(t *testing.T) {
	nan := float32(math.NaN())
	two := []string{"temperature", "sensors.1.on"}
	for _, c := range []struct {
		fields  []string
		payload string
		want    []float32
		refused string
	}{
		{nil, "1.5 -2", []float32{1.5, -2}, ""},
		{nil, "1.5,nan\n", []float32{1.5, nan}, ""},
		{nil, "", nil, "no numbers"},
		{nil, "# nothing", nil, "no numbers"},
		{nil, "1", nil, "not 2 numbers"},
		{nil, "on off", nil, "no number"},
		{nil, strings.Repeat(" ", 16<<10) + "1 2", nil, "larger than 16 kB"},
		{two, `{"temperature": 21.5, "sensors": [{}, {"on": true}], "more": "x"}`, []float32{21.5, 1}, ""},
		{two, `{"temperature": null, "sensors": [0, {"on": false}]}`, []float32{nan, 0}, ""},
		{two, `{"temperature": 21.5, "sensors": [{}]}`, nil, "field sensors.1.on is missing"},
		{two, `{"temperature": "21.5", "sensors": [0, {"on": true}]}`, nil, "field temperature is no number"},
		{two, `{"temperature": 1e99, "sensors": [0, {"on": true}]}`, nil, "float32"},
		{two, `{"temperature": 21.5`, nil, "no JSON"},
		{two, `{"temperature": 21.5, "sensors": [0, {"on": 1}]} {}`, nil, "more than one"},
		{two, `21.5`, nil, "field temperature is missing"},
		{[]string{"0", "1"}, `[3, 4]`, []float32{3, 4}, ""},
		{[]string{"-1", "1"}, `[3, 4]`, nil, "field -1 is missing"},
	} {
		got, err := mqttin.NewDecoder(2, c.fields).Decode(nil, []byte(c.payload))
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) || len(got) != 0 {
				t.Errorf("%.60q: %v, %v; want an error with %q", c.payload, got, err, c.refused)
			}
			continue
		}
		if err != nil || !slices.EqualFunc(got, c.want, func(a, b float32) bool { return a == b || a != a && b != b }) {
			t.Errorf("%.60q: %v, %v; want %v", c.payload, got, err, c.want)
		}
	}
}

func FuzzPayload(f *testing.F) {
	f.Add([]byte("1 2"), "")
	f.Add([]byte(`{"a": [1, {"b": true}], "c": null}`), "a.1.b")
	f.Add([]byte(strings.Repeat("[", 9000)), "0.0")
	f.Add([]byte(`{"": {"": 1}}`), ".")
	f.Fuzz(func(t *testing.T, payload []byte, field string) {
		var fields []string
		if field != "" {
			fields = []string{field, field}
		}
		before := []float32{42}
		got, err := mqttin.NewDecoder(2, fields).Decode(before, payload)
		if got[0] != 42 || err == nil && len(got) != 3 || err != nil && len(got) != 1 {
			t.Errorf("%v, %v of %q", got, err, payload)
		}
		for _, v := range got {
			if math.IsInf(float64(v), 0) {
				t.Errorf("infinity of %q", payload)
			}
		}
	})
}
