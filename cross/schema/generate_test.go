package main

import (
	"bytes"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// TestCurrent fails when a struct of agent/config changed and the committed schema did not.
func TestCurrent(t *testing.T) {
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(config.Schema(), want) {
		t.Error("agent/config/config.schema.json is not what the structs say: run go generate ./agent/config")
	}
}
