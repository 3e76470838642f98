package config_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
)

var commented = regexp.MustCompile(`(?m)^  # ((?:[a-z]+:(?: \{driver|$)|  [a-z]).*)$`)

// TestSampleShowsEveryDriver takes the comments off the sources of the sample: each is right, and none is missing.
func TestSampleShowsEveryDriver(t *testing.T) {
	text := commented.ReplaceAllString(string(config.Sample()), "  $1")
	c, err := parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	shown := map[string]bool{}
	for _, s := range c.Sources {
		shown[s.Driver] = true
	}
	for _, d := range config.Drivers() {
		if !shown[d] {
			t.Errorf("sample.yaml has no example of %s", d)
		}
	}
	if strings.Contains(text, "  # room:") {
		t.Error("a source is still a comment")
	}
}
