// Schema writes the JSON Schema of the agent's configuration, made from the structs and tags of agent/config.
//
// It is run by go generate; the result is committed and embedded, so that the agent links no schema library.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

func main() {
	out := flag.String("o", "", "file to write; standard output without it")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	data, err := generate()
	if err != nil {
		return err
	}
	if out == "" {
		_, err := os.Stdout.Write(data)
		return err
	}
	return atomicfile.Write(out, data, 0o644)
}
