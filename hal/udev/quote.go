package udev

import (
	"fmt"
	"strings"
)

// checkSource holds names to what a file name and a label can carry.
func checkSource(name string) error {
	if name == "" || len(name) > 64 || !only(name, isName) {
		return fmt.Errorf("name a rule after the source %q: want 1 to 64 letters, digits, dashes or underscores", name)
	}
	return nil
}

// checkKey holds keys to those of udev(7), with the name of an attribute for some.
func checkKey(key string) error {
	base, attr, braces := strings.Cut(key, "{")
	if base == "" || !only(base, func(c byte) bool { return c >= 'A' && c <= 'Z' }) {
		return fmt.Errorf("key %q", key)
	}
	if !braces {
		return nil
	}
	attr, closed := strings.CutSuffix(attr, "}")
	if !closed {
		return fmt.Errorf("key %q", key)
	}
	return checkAttr(attr)
}

// checkAttr holds attributes to paths below the device.
func checkAttr(attr string) error {
	fine := attr != "" && attr[0] != '/' && only(attr, func(c byte) bool {
		return isName(c) || strings.IndexByte("/.:&()^+", c) >= 0
	})
	for part := range strings.SplitSeq(attr, "/") {
		fine = fine && part != ".." && part != ""
	}
	if !fine {
		return fmt.Errorf("attribute %q", attr)
	}
	return nil
}

// checkValue refuses what could end the quotes or the line. A backslash is udev's own in some quotes.
func checkValue(v string) error {
	if !only(v, func(c byte) bool { return c >= ' ' && c < 0x7f && c != '"' && c != '\\' }) {
		return fmt.Errorf("value %q holds quotes, backslashes or what is not printable ASCII", v)
	}
	return nil
}

// checkMatch refuses also what makes a pattern of a value.
func checkMatch(v string) error {
	if err := checkValue(v); err != nil {
		return err
	}
	if v == "" || strings.ContainsAny(v, "*?[]|$%") {
		return fmt.Errorf("value %q is empty or a pattern", v)
	}
	return nil
}

// double keeps udev from replacing what looks like its variables.
func double(v string) string {
	return strings.NewReplacer("$", "$$", "%", "%%").Replace(v)
}

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

func only(s string, fits func(byte) bool) bool {
	for i := range len(s) {
		if !fits(s[i]) {
			return false
		}
	}
	return true
}
