package tflite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/internal/solib"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// FindPlugin is what a word in Options.Delegates means: a plug-in of the list, a preset, or a preset that the list
// changes. Its library is then a file that is there. The error is an *engine.Fault.
func FindPlugin(word string, list []engine.Plugin) (engine.Plugin, error) {
	p, _, err := findPlugin(word, list)
	return p, err
}

func findPlugin(word string, list []engine.Plugin) (engine.Plugin, *engine.Preset, error) {
	preset := engine.FindPreset(word)
	i := slices.IndexFunc(list, func(p engine.Plugin) bool { return p.Name == word })
	if i < 0 && preset == nil {
		return engine.Plugin{}, nil, engine.Faultf(engine.ReasonUnknown,
			"not a delegate of this program, which knows xnnpack, gpu, none, %s and plug-ins by their library", strings.Join(engine.PresetNames(), ", "))
	}
	p := engine.Plugin{Name: word}
	if i >= 0 {
		p = list[i]
	}
	if preset != nil && len(p.Options) == 0 {
		p.Options = preset.Options
	}
	if p.Library == "" && preset != nil {
		path, err := searchLibrary(preset)
		if err != nil {
			return p, preset, err
		}
		p.Library = path
	}
	if abs, err := filepath.Abs(p.Library); err == nil && p.Library != "" {
		p.Library = abs // whoever opens it may work in another folder
	}
	return p, preset, checkLibrary(p.Library)
}

// checkLibrary says what is wrong with a library before the loader does, whose words are less clear.
func checkLibrary(path string) error {
	if path == "" {
		return engine.Faultf(engine.ReasonNoLibrary, "no library is named")
	}
	err := solib.CheckFile(path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return engine.Faultf(engine.ReasonNoLibrary, "%s does not exist", path)
	case strings.HasPrefix(err.Error(), "made for"):
		return engine.Faultf(engine.ReasonWrongArch, "%s is %v", path, err)
	}
	return engine.Faultf(engine.ReasonNoLibrary, "%s: %v", path, err)
}

// searchLibrary looks for a preset's library where systems keep them.
func searchLibrary(preset *engine.Preset) (string, error) {
	dirs := libraryDirs(runtime.GOARCH)
	for _, name := range preset.Libraries {
		for _, dir := range dirs {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path, nil
			}
		}
	}
	return "", engine.Faultf(engine.ReasonNoLibrary, "no %s in %s; %s", strings.Join(preset.Libraries, " or "), strings.Join(dirs, ", "), preset.Fix)
}

func libraryDirs(arch string) []string {
	triplet := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu", "arm": "arm-linux-gnueabihf"}[arch]
	dirs := []string{"/usr/lib/dunlin", "/usr/local/lib", "/usr/lib/" + triplet, "/usr/lib", "/lib"}
	if arch == "amd64" || arch == "arm64" {
		dirs = append(dirs, "/usr/lib64")
	}
	return dirs
}
