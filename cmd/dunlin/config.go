package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
)

const standardConfig = "/etc/dunlin/config.yaml"

func (a *app) configCommand() *cobra.Command {
	return a.group("config", "Check, show and start a configuration",
		a.configCheckCommand(), a.configShowCommand(), a.configInitCommand(), a.configSchemaCommand())
}

// configFlag adds --config, whose default is $DUNLIN_CONFIG or the packaged place.
func (a *app) configFlag(c *cobra.Command, path *string) {
	standard := a.getenv("DUNLIN_CONFIG")
	if standard == "" {
		standard = standardConfig
	}
	c.Flags().StringVarP(path, "config", "c", standard, "configuration `file`; conf.d/*.yaml beside it is laid over it")
}

// loadConfig reads a configuration and turns "no such file" into advice.
func loadConfig(path string) (*config.Config, error) {
	c, err := config.Load(path, config.Options{})
	if errors.Is(err, fs.ErrNotExist) {
		err = withCode(exitAbsent, fmt.Errorf("%w; make one with 'dunlin config init %s'", err, path))
	}
	return c, err
}

// fileArgument lets a command take the file as its argument too.
func fileArgument(c *cobra.Command, args []string, path *string) error {
	if len(args) == 0 {
		return nil
	}
	if c.Flags().Changed("config") {
		return withCode(exitUsage, errors.New("the file is named twice; give it as --config or as the argument"))
	}
	*path = args[0]
	return nil
}

func (a *app) configCheckCommand() *cobra.Command {
	var path string
	c := a.command(&cobra.Command{Use: "check [FILE]", Short: "Tell what is wrong with a configuration", Args: cobra.MaximumNArgs(1)})
	a.configFlag(c, &path)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := fileArgument(c, args, &path); err != nil {
			return err
		}
		cfg, err := loadConfig(path)
		var bad config.Errors
		if errors.As(err, &bad) {
			fmt.Fprintln(a.err, bad)
			return withCode(exitUsage, &quietError{bad})
		}
		if err != nil {
			return err
		}
		a.say("%s is right: device %s, sources %d, pipelines %d, %s", path, cfg.DeviceID, len(cfg.Sources), len(cfg.Pipelines), hubText(cfg))
		a.say("next: dunlin doctor --config %s", path)
		return nil
	}
	return c
}

func hubText(cfg *config.Config) string {
	if cfg.Hub == nil {
		return "no hub"
	}
	return "hub " + cfg.Hub.URL
}

func (a *app) configShowCommand() *cobra.Command {
	var path string
	c := a.command(&cobra.Command{Use: "show [FILE]", Short: "Print the configuration in force, defaults and conf.d included", Args: cobra.MaximumNArgs(1)})
	a.configFlag(c, &path)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := fileArgument(c, args, &path); err != nil {
			return err
		}
		cfg, err := loadConfig(path)
		if err != nil {
			return err
		}
		text, err := cfg.File.YAML()
		if err != nil {
			return err
		}
		_, err = a.out.Write(text)
		return err
	}
	return c
}

func (a *app) configInitCommand() *cobra.Command {
	var specs []string
	c := a.command(&cobra.Command{
		Use: "init [FILE]", Short: "Write a commented configuration to start from; without FILE to standard output", Args: cobra.MaximumNArgs(1),
		Long: "Write a configuration that 'config check' takes, every key explained. With --source it has the sources that are named,\n" +
			"for example --source bme280:bus=i2c-1,address=0x76 --source alsa:name=mic,device=hw:1,0; 'dunlin sources ls' prints\n" +
			"what to write for the hardware of this machine.",
		Example: "  dunlin config init config.yaml --source bme280:bus=i2c-1,address=0x76,name=room",
	})
	// StringArray: the commas belong to the source
	c.Flags().StringArrayVar(&specs, "source", nil, "a source, as `DRIVER[:key=value,...]`; may be given several times")
	c.RunE = func(_ *cobra.Command, args []string) error {
		text := config.Sample()
		if len(specs) > 0 {
			var err error
			if text, err = config.Start(specs); err != nil {
				return err
			}
		}
		if len(args) == 0 {
			_, err := a.out.Write(text)
			return err
		}
		schema := filepath.Join(filepath.Dir(args[0]), config.SchemaName)
		if err := writeNew(args[0], text); err != nil {
			return err
		}
		if err := writeNew(schema, config.Schema()); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		a.say("wrote %s, and %s for your editor", args[0], schema)
		a.say("next: edit it, then dunlin config check %s", args[0])
		return nil
	}
	return c
}

// writeNew never overwrites: a configuration is work.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return withCode(exitRefused, fmt.Errorf("write %q: it exists and is not overwritten; name another file: %w", path, fs.ErrExist))
	}
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

func (a *app) configSchemaCommand() *cobra.Command {
	c := a.command(&cobra.Command{Use: "schema", Short: "Print the JSON Schema of the configuration, for editors"})
	c.RunE = func(*cobra.Command, []string) error {
		_, err := a.out.Write(config.Schema())
		return err
	}
	return c
}
