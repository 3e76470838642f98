package config

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// builder turns goccy's syntax tree into ours, which merges and knows its places.
type builder struct {
	src  *source
	errs Errors
}

func newBuilder(src *source) *builder { return &builder{src: src} }

func (b *builder) root(file *ast.File) (*node, Errors) {
	empty := &node{kind: mapping, at: pos{b.src, 1, 1}, key: pos{b.src, 1, 1}}
	var docs []*node
	for _, d := range file.Docs {
		if d != nil && d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, b.value(d.Body))
		}
	}
	switch {
	case len(docs) == 0 || len(docs) == 1 && docs[0].kind == null:
		return empty, b.errs
	case len(docs) > 1:
		b.errs.add(docs[1].at, "the file holds more than one document", "keep one; put overlays into conf.d")
	case docs[0].kind != mapping:
		b.errs.add(docs[0].at, "the file is "+docs[0].kind.String(), "a configuration is a mapping: key: value")
	}
	return docs[0], b.errs
}

func (b *builder) value(v ast.Node) *node {
	n := &node{at: position(b.src, v.GetToken())}
	n.key = n.at
	switch v := v.(type) {
	case *ast.MappingNode:
		n.kind = mapping
		for _, kv := range v.Values {
			b.entry(n, kv)
		}
	case *ast.MappingValueNode:
		n.kind = mapping
		b.entry(n, v)
	case *ast.SequenceNode:
		n.kind = sequence
		for _, item := range v.Values {
			n.items = append(n.items, b.value(item))
		}
	case *ast.NullNode:
		n.kind = null
	case *ast.StringNode:
		n.kind, n.text = scalar, v.Value
	case *ast.LiteralNode:
		n.kind, n.text = scalar, v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		n.kind, n.text, n.plain = scalar, v.GetToken().Value, true
	default:
		b.errs.add(n.at, fmt.Sprintf("%s is not used in a configuration", v.Type()), "write a plain value")
	}
	return n
}

func (b *builder) entry(n *node, kv *ast.MappingValueNode) {
	at := position(b.src, kv.Key.GetToken())
	key, ok := kv.Key.(ast.ScalarNode)
	if !ok {
		b.errs.add(at, "this key is not a word", "write key: value")
		return
	}
	if len(n.keys) == 0 {
		n.at = at
	}
	name := fmt.Sprint(key.GetToken().Value)
	if n.child(name) != nil {
		b.errs.add(at, fmt.Sprintf("%q stands here twice", name), "keep one of the two")
		return
	}
	value := &node{at: at}
	if kv.Value != nil {
		value = b.value(kv.Value)
	}
	value.key = at
	n.keys = append(n.keys, entry{name, value})
}
