package config

import (
	"math"
	"regexp"
	"strconv"
)

// ChannelName is the name of a channel without its unit.
type ChannelName string

const channelNamePattern = `^[A-Za-z][A-Za-z0-9_.-]{0,63}$`

var channelNameRE = regexp.MustCompile(channelNamePattern)

func (ChannelName) Syntax() Syntax {
	return Syntax{Noun: "the name of a channel (without its unit)", Example: "pressure", Pattern: channelNamePattern}
}

func (c *ChannelName) UnmarshalText(text []byte) error {
	if _, err := c.Syntax().match(channelNameRE, string(text)); err != nil {
		return err
	}
	*c = ChannelName(text)
	return nil
}

func (c ChannelName) MarshalText() ([]byte, error) { return []byte(c), nil }

// Real is any number.
type Real float64

const realPattern = `^-?[0-9]{1,12}(\.[0-9]{1,12})?(e[+-]?[0-9]{1,2})?$`

var realRE = regexp.MustCompile(realPattern)

func (Real) Syntax() Syntax {
	return Syntax{Noun: "a number", Example: "15.9", Pattern: realPattern, Number: true}
}

func (r *Real) UnmarshalText(text []byte) error {
	if _, err := r.Syntax().match(realRE, string(text)); err != nil {
		return err
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.Abs(f) > math.MaxFloat32 { // samples go no further
		return mismatch{string(text), r.Syntax()}
	}
	*r = Real(f)
	return nil
}

// MarshalText writes out what can be written so, and the others with an exponent.
func (r Real) MarshalText() ([]byte, error) {
	if plain := strconv.AppendFloat(nil, float64(r), 'f', -1, 64); realRE.Match(plain) {
		return plain, nil
	}
	return strconv.AppendFloat(nil, float64(r), 'g', -1, 64), nil
}
