package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// modelFlags say where models and the engine's library are, for commands that work without the daemon.
type modelFlags struct {
	config  string
	roots   []string
	runtime string
}

func (a *app) modelFlags(c *cobra.Command, f *modelFlags) {
	a.configFlag(c, &f.config)
	c.Flags().StringSliceVar(&f.roots, "models", nil, "`folders` that hold NAME/VERSION; default: $DUNLIN_MODELS, then the configuration's")
	c.Flags().StringVar(&f.runtime, "runtime", "", "the TensorFlow Lite `library`; default: the configuration's, $DUNLIN_TFLITE, then the known folders")
}

// library joins flags, environment and configuration. A machine without a configuration has the standard roots.
func (f *modelFlags) library(a *app) (*library, error) {
	lib := &library{roots: f.roots, path: f.runtime, getenv: a.getenv}
	if env := a.getenv("DUNLIN_MODELS"); len(lib.roots) == 0 && env != "" {
		lib.roots = filepath.SplitList(env)
	}
	if len(lib.roots) > 0 {
		return lib, nil
	}
	cfg, err := config.Load(f.config, config.Options{})
	if errors.Is(err, fs.ErrNotExist) && f.config == standardConfig {
		cfg, err = config.Parse("/etc/dunlin", "-", config.Text{Name: standardConfig})
	}
	if err != nil {
		return nil, err
	}
	lib.roots, lib.shelf = cfg.ModelRoots, filepath.Join(cfg.State, "models")
	lib.path, lib.onnx = cmp.Or(lib.path, cfg.TFLite), cfg.ONNX
	return lib, nil
}

// isFolder reports whether path can be searched at all.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
