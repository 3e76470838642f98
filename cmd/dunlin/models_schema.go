package main

import (
	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

func (a *app) modelsSchemaCommand() *cobra.Command {
	c := a.command(&cobra.Command{Use: "schema", Short: "Print the JSON Schema of manifest.json"})
	c.RunE = func(*cobra.Command, []string) error {
		text, err := manifest.Schema()
		if err == nil {
			_, err = a.out.Write(text)
		}
		return err
	}
	return c
}
