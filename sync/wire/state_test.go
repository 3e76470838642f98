package wire_test

import (
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestState(t *testing.T) {
	want := wire.State{Phase: wire.Ready, Boot: 3, Conn: "c0ffee", Version: "0.1.0"}
	p, err := wire.EncodeState(want)
	if err != nil || string(p) != `{"s":"ready","boot":3,"conn":"c0ffee","v":"0.1.0"}` {
		t.Fatalf("encoded %s, %v", p, err)
	}
	if got, err := wire.DecodeState(p); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	newer := `{"s":"lost","boot":1,"conn":"","v":"9.0","mood":"fine"}`
	if got, err := wire.DecodeState([]byte(newer)); err != nil || got.Phase != wire.Lost {
		t.Errorf("a newer agent's state: %+v, %v", got, err)
	}
}

func TestStateRefuses(t *testing.T) {
	for name, p := range map[string]string{
		"nothing": "", "no object": "[]", "no phase": "{}", "unknown phase": `{"s":"dead"}`, "negative boot": `{"s":"lost","boot":-1}`,
		"boot beyond all": `{"s":"lost","boot":18446744073709551615}`, "trailing": `{"s":"lost"}{}`,
		"long conn": `{"s":"lost","conn":"` + strings.Repeat("x", wire.MaxText+1) + `"}`, "too large": strings.Repeat(" ", 5000) + `{"s":"lost"}`,
	} {
		if s, err := wire.DecodeState([]byte(p)); err == nil {
			t.Errorf("%s: got %+v", name, s)
		}
	}
	if _, err := wire.EncodeState(wire.State{}); err == nil {
		t.Error("a state without a phase was encoded")
	}
}

func FuzzDecodeState(f *testing.F) {
	f.Add([]byte(`{"s":"ready","boot":3,"conn":"c0ffee","v":"0.1.0"}`))
	f.Add([]byte(`{"s":"lost","boot":1e3}`))
	f.Fuzz(func(t *testing.T, p []byte) {
		s, err := wire.DecodeState(p)
		if err != nil {
			return
		}
		again, err := wire.EncodeState(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := wire.DecodeState(again); err != nil || got != s {
			t.Fatalf("%+v became %+v, %v", s, got, err)
		}
	})
}
