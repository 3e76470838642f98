package config

import _ "embed"

//go:embed config.schema.json
var schema []byte

//go:embed sample.yaml
var sample []byte

// SchemaName is the name that the sample's first line gives the schema file beside it.
const SchemaName = "config.schema.json"

// Schema is the JSON Schema (2020-12) of a configuration file, for editors. It knows the form of every value; what
// refers to what only Load knows.
func Schema() []byte { return append([]byte(nil), schema...) }

// Sample is a commented configuration file to start from.
func Sample() []byte { return append([]byte(nil), sample...) }
