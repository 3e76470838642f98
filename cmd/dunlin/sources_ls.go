package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// listed is a source of the configuration.
type listed struct {
	Name     string   `json:"name"`
	Driver   string   `json:"driver"`
	What     string   `json:"what"`
	Channels []string `json:"channels"`
}

// inventory is what `sources ls` prints.
type inventory struct {
	Configured []listed `json:"configured"`
	Machine    []thing  `json:"machine"`
}

func (a *app) sourcesListCommand() *cobra.Command {
	var path, output string
	var onlyConfigured, onlyMachine bool
	c := a.command(&cobra.Command{
		Use: "ls", Short: "List the sources of the configuration, and what this machine has to make sources of",
		Long: "List the configured sources, then what this machine has: chips on its I2C buses, SPI chip selects, devices of Industrial I/O,\n" +
			"1-wire thermometers, GPIO chips, microphones, cameras and serial ports, with what each probably is, whether this user may\n" +
			"open it, and what to write under sources for it. Buses are asked as carefully as i2cdetect does.",
	})
	a.configFlag(c, &path)
	outputFlag(c, &output, "table", "table", "json")
	c.Flags().BoolVar(&onlyConfigured, "configured", false, "only the sources of the configuration")
	c.Flags().BoolVar(&onlyMachine, "machine", false, "only what this machine has")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if onlyConfigured && onlyMachine {
			return withCode(exitUsage, errors.New("--configured and --machine leave nothing; give one of the two"))
		}
		h := newHardware(a.deps())
		defer h.close()
		inv := inventory{[]listed{}, []thing{}}
		if !onlyMachine {
			cfg, err := loadConfig(path)
			switch {
			case err == nil:
				inv.Configured = list(cfg, h)
			case errors.Is(err, fs.ErrNotExist) && !onlyConfigured && !c.Flags().Changed("config"):
				a.say("there is no configuration yet; 'dunlin config init --source DRIVER:…' makes one of the lines below")
			default:
				return err
			}
		}
		if !onlyConfigured {
			inv.Machine = h.scan(c.Context())
		}
		if !onlyConfigured && len(inv.Machine) == 0 {
			a.say("nothing is connected to this machine that could be read, as far as this user may look")
		}
		if output == "json" {
			return printJSON(a.out, inv)
		}
		return a.writeInventory(inv, onlyMachine)
	}
	return c
}

func list(cfg *config.Config, h *hardware) []listed {
	rows := []listed{}
	for _, s := range cfg.Sources {
		src := h.source(s)
		rows = append(rows, listed{s.Name, s.Driver, src.String(), contents(src)})
	}
	return rows
}

func (a *app) writeInventory(inv inventory, onlyMachine bool) error {
	if !onlyMachine && (len(inv.Configured) > 0 || len(inv.Machine) == 0) {
		t := newTable(a.out, "SOURCE", "DRIVER", "CHANNELS", "WHAT")
		for _, r := range inv.Configured {
			t.row(r.Name, r.Driver, strings.Join(r.Channels, " "), r.What)
		}
		if err := t.flush(); err != nil {
			return err
		}
	}
	if len(inv.Machine) == 0 {
		return nil
	}
	if len(inv.Configured) > 0 {
		fmt.Fprintln(a.out)
	}
	t := newTable(a.out, "KIND", "WHERE", "WHAT", "STATE", "AS A SOURCE")
	for _, m := range inv.Machine {
		t.row(m.Kind, m.Where, m.What, m.State, m.Source)
	}
	if err := t.flush(); err != nil {
		return err
	}
	return a.writeFixes(inv.Machine)
}

// writeFixes says each mend once, with all that it mends.
func (a *app) writeFixes(all []thing) error {
	var fixes []string
	where := map[string][]string{}
	for _, m := range all {
		if m.Fix == "" {
			continue
		}
		if !slices.Contains(fixes, m.Fix) {
			fixes = append(fixes, m.Fix)
		}
		where[m.Fix] = append(where[m.Fix], m.Where)
	}
	for i, fix := range fixes {
		if i == 0 {
			fmt.Fprintln(a.out)
		}
		if _, err := fmt.Fprintf(a.out, "%s: %s\n", strings.Join(where[fix], ", "), strings.Map(plain, fix)); err != nil {
			return err
		}
	}
	return nil
}
