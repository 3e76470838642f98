package wire_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestClip(t *testing.T) {
	for _, c := range []struct{ text, begins, ends string }{
		{"", "", ""},
		{"no answer", "no answer", "answer"},
		{"a\xffb", "a\uFFFDb", "b"},
		{strings.Repeat("x", wire.MaxText), "xx", "xx"},
		{strings.Repeat("x", wire.MaxText+1), "xx", "x…"},
		{"a" + strings.Repeat("ö", wire.MaxText), "aö", "ö…"},
		{strings.Repeat("\xffx", wire.MaxText), "\uFFFDx", "…"},
	} {
		got := wire.Clip(c.text)
		if len(got) > wire.MaxText || !utf8.ValidString(got) || !strings.HasPrefix(got, c.begins) || !strings.HasSuffix(got, c.ends) {
			t.Errorf("%.20q gives %d bytes: %.20q", c.text, len(got), got)
		}
	}
}
