package config

import "strings"

// source is one file's text.
type source struct {
	name  string
	lines []string
}

func newSource(name string, data []byte) *source {
	return &source{name: name, lines: strings.Split(string(data), "\n")}
}

// line is the text of line n, counted from 1.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSuffix(s.lines[n-1], "\r")
}

// pos is a place in a source; line and col count from 1.
type pos struct {
	src       *source
	line, col int
}

type kind uint8

const (
	null kind = iota
	scalar
	sequence
	mapping
)

var kindNames = [...]string{"nothing", "a single value", "a list", "a mapping"}

func (k kind) String() string { return kindNames[k] }

// node is a value of the merged configuration that knows where it stands.
type node struct {
	kind  kind
	text  string  // of a scalar
	plain bool    // of a scalar: written as a number or a boolean, without quotes
	items []*node // of a sequence
	keys  []entry // of a mapping, in the order of the files
	at    pos     // of the value
	key   pos     // of the key that holds it; of the value where there is none
}

type entry struct {
	name  string
	value *node
}

func (n *node) child(name string) *node {
	for _, e := range n.keys {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

// find walks down keys and gives the deepest node that exists: the place to complain about.
func (n *node) find(path ...string) *node {
	for _, name := range path {
		c := n.child(name)
		if c == nil {
			return n
		}
		n = c
	}
	return n
}

// merge lays over onto n: mappings join key by key, anything else is replaced.
func (n *node) merge(over *node) *node {
	if over.kind == null {
		return n
	}
	if n.kind != mapping || over.kind != mapping {
		return over
	}
	for _, e := range over.keys {
		n.set(e)
	}
	return n
}

func (n *node) set(e entry) {
	for i, old := range n.keys {
		if old.name == e.name {
			n.keys[i].value = old.value.merge(e.value)
			return
		}
	}
	n.keys = append(n.keys, e)
}
