package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) sourcesListCommand() *cobra.Command {
	var path, output string
	c := a.command(&cobra.Command{Use: "ls", Short: "List the sources of the configuration"})
	a.configFlag(c, &path)
	outputFlag(c, &output, "table", "table", "json")
	c.RunE = func(*cobra.Command, []string) error {
		cfg, err := loadConfig(path)
		if err != nil {
			return err
		}
		type row struct {
			Name     string   `json:"name"`
			Driver   string   `json:"driver"`
			What     string   `json:"what"`
			Channels []string `json:"channels"`
		}
		h, rows := newHardware(a.deps()), []row{}
		for _, s := range cfg.Sources {
			src := h.source(s)
			rows = append(rows, row{s.Name, s.Driver, src.String(), contents(src)})
		}
		if output == "json" {
			return printJSON(a.out, rows)
		}
		t := newTable(a.out, "SOURCE", "DRIVER", "CHANNELS", "WHAT")
		for _, r := range rows {
			t.row(r.Name, r.Driver, strings.Join(r.Channels, " "), r.What)
		}
		return t.flush()
	}
	return c
}
