package config

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of one file. The parser below is recursive and keeps a token per word: these bound its stack and its memory.
const (
	maxFile   = 1 << 20
	maxWords  = 20_000 // tokens: the parser's time grows with the square of the keys of one mapping
	maxIndent = 200    // columns before the first word of a line
	maxNest   = 32     // open brackets, or dashes on one line
)

// parse reads one file into a tree. A file without content is an empty mapping.
func parse(name string, data []byte) (*node, Errors) {
	src := newSource(name, data)
	var errs Errors
	start := pos{src, 1, 1}
	switch {
	case len(data) > maxFile:
		src.lines = nil
		errs.add(start, fmt.Sprintf("the file has %d bytes", len(data)), fmt.Sprintf("a configuration has at most %d", maxFile))
		return nil, errs
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		errs.add(start, "the file is no text", "write it in UTF-8")
		return nil, errs
	}
	file, errs := parseTokens(src, data)
	if errs != nil {
		return nil, errs
	}
	return newBuilder(src).root(file)
}

// parseTokens guards goccy's lexer and parser, which have panicked on damaged input before.
func parseTokens(src *source, data []byte) (file *ast.File, errs Errors) {
	defer func() {
		if r := recover(); r != nil {
			file, errs = nil, nil
			errs.add(pos{src, 1, 1}, "the file cannot be parsed", "check its indentation and its quotes")
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if errs := refuse(src, tokens); errs != nil {
		return nil, errs
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		errs.add(syntaxError(src, err))
		return nil, errs
	}
	return file, nil
}

func syntaxError(src *source, err error) (at pos, what, fix string) {
	at = pos{src, 1, 1}
	var e yaml.Error
	if !errors.As(err, &e) {
		return at, err.Error(), ""
	}
	if t := e.GetToken(); t != nil && t.Position != nil {
		at = position(src, t)
	}
	return at, e.GetMessage(), "check the indentation and the quotes here"
}

func position(src *source, t *token.Token) pos {
	if t == nil || t.Position == nil {
		return pos{src, 1, 1}
	}
	return pos{src, max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

// refusedTokens are YAML's ways to make a file mean more than a reader sees. Aliases also make bombs.
var refusedTokens = map[token.Type]string{
	token.AnchorType:     "anchors (&name)",
	token.AliasType:      "aliases (*name)",
	token.MergeKeyType:   "merge keys (<<)",
	token.TagType:        "tags (!name)",
	token.DirectiveType:  "directives (%NAME)",
	token.MappingKeyType: "complex keys (?)",
}

// refuse looks for what parse does not take, before anything recursive sees the tokens.
func refuse(src *source, tokens token.Tokens) (errs Errors) {
	if len(tokens) > maxWords {
		errs.add(position(src, tokens[maxWords]), "the file has too many words", fmt.Sprintf("a configuration has at most %d", maxWords))
		return errs
	}
	open, dashes, line := 0, 0, 0
	for _, t := range tokens {
		at := position(src, t)
		if what, ok := refusedTokens[t.Type]; ok {
			errs.add(at, what+" are not used in a configuration", "write the value out, or quote it if it is text")
			return errs
		}
		if at.line != line {
			line, dashes = at.line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open--
		case token.SequenceEntryType:
			dashes++
		}
		if open > maxNest || dashes > maxNest || dashes+open > 0 && at.col > maxIndent && open == 0 || indent(src.line(line)) > maxIndent {
			errs.add(at, "the nesting is too deep", "a configuration has few levels")
			return errs
		}
	}
	return nil
}

func indent(line string) int {
	return len(line) - len(bytes.TrimLeft([]byte(line), " \t"))
}
