package config

import "regexp"

// Tag is the key of a device's tag.
type Tag string

const tagPattern = `^[a-z0-9][a-z0-9_.-]{0,63}$`

var tagRE = regexp.MustCompile(tagPattern)

func (Tag) Syntax() Syntax {
	return Syntax{Noun: "a tag's key (1 to 64 of a-z, 0-9, _, . and -)", Example: "site", Pattern: tagPattern}
}

func (t *Tag) UnmarshalText(text []byte) error {
	if _, err := t.Syntax().match(tagRE, string(text)); err != nil {
		return err
	}
	*t = Tag(text)
	return nil
}

func (t Tag) MarshalText() ([]byte, error) { return []byte(t), nil }
