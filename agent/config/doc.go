// Package config turns one strict YAML file, and the files of conf.d beside it, into typed values.
//
// What enters: bytes that a person wrote. What leaves: a Config whose every value is in range and whose names refer to
// something, or Errors that each show the line, a caret, and what to write instead. Nothing is guessed: an unknown key,
// a wrong type or an impossible value refuses the whole file.
//
// The walk is: YAML -> tree (goccy's parser, behind limits and recover) -> merge of conf.d -> File (raw structs, by
// reflection over the yaml, default, min, max, required, union, shared, remote and doc tags) -> Config (checked across keys).
// The same tags make the JSON Schema, which cross/schema writes and this package embeds.
//
// The tag remote:"yes" marks what the hub may set from afar; a golden list in testdata keeps that list honest.
//
// This package imports rows 1 and 0 and goccy/go-yaml. It reads files, writes none, and starts no goroutine.
package config

//go:generate go run ../../cross/schema -o config.schema.json
